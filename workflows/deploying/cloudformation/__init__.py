"""The stage's two stacks: uploads, change sets, and what a stack has lost.

builds.py       Takes the builds out of the bucket that nothing names any more: packages, layers, definitions,
                templates.
change_sets.py  One CloudFormation stack brought to what its template says, by a change set, from whatever state it is
                in.
comparisons.py  Whether a property of the bucket is as its template gives it: somebody may have changed it by hand.
events.py       The course of one change of a stack, as CloudFormation tells it: one event after the other.
lost.py         What a stack says it has and what is not there: deleted by hand, or lost by a local AWS.
present.py      A stack as it was deployed last.
proposals.py    A change set of a stack: CloudFormation checks it, and then it is carried out, or read and taken back.
reads.py        How each resource of the stacks is found, and what of it may be lost or changed though it is there. It
                only reads.
removal.py      Removing what holds things: a CloudFormation stack, and a bucket with all versions of all objects.
templates.py    How a template reaches CloudFormation: in the call itself, or, where it is too long for that, by a
                bucket.
uploads.py      What the main stack reads from the bucket, put there under its SHA-256 before the stack names it.
wanted.py       The two stacks of a stage as they are to be.
"""
