"""The two CloudFormation templates of a stage, as plain Python dictionaries.

data_stack.py    nightswap-S-data: bucket, token parameter and the alarms' topic, which outlive the rest
bucket_forms.py  the bucket's properties as S3's own calls spell them
main_stack.py    nightswap-S: functions, state machine, rule and alarms, which can be thrown away and made again
functions.py     how large each function is, and the resources that one function needs
layers.py        the third-party libraries of the tasks
alarms.py        the alarms
sagemaker.py     what a recipe that trains on SageMaker needs beside
hosting/         what a recipe whose versions have endpoints needs beside
grants.py        what each function may do: a table
permissions.py   turns it into statements: one role each
statements.py    the pieces of a policy
arns.py          names and ARNs inside a template
settings.py      a stage's settings, from .chalice/config.json

A template does not know its account, its region or the packages. It takes the packages' SHA-256 as parameters,
because CloudFormation looks at the S3 key of a function's code and never at the bytes.
"""
