"""The stage's two stacks, and what lies in the bucket for them.

wanted.py       the two stacks as they are to be
present.py      a stack as it was deployed last
proposals.py    a change set: carried out, or read and taken back
change_sets.py  one stack brought to what its template says
templates.py    how a template reaches CloudFormation
events.py       the course of a change
lost.py         what a stack says it has and what is not there
reads.py        how each resource is looked at for that
comparisons.py  whether the bucket is as its template has it
removal.py      removes a stack, and a bucket with all its versions
uploads.py      packages and layers, put into the bucket
builds.py       takes out those that nothing names any more
"""
