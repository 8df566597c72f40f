"""Deploys the stage's two stacks, and their packages in the bucket.

wanted.py       the two stacks as they should be
present.py      a stack as it was deployed last
proposals.py    a change set: carried out, or read and deleted
change_sets.py  brings one stack to its template
templates.py    hands a template to CloudFormation
events.py       follows a change by its events
lost.py         resources that a stack lists and that are gone
reads.py        looks each resource up for that
comparisons.py  compares the bucket with its template
removal.py      removes a stack, and a bucket with all its versions
uploads.py      uploads packages and layers to the bucket
builds.py       deletes those that nothing names any more
"""
