"""Corrects what the emulator lacks or does unlike AWS, service by service.

functions.py        Lambda: runs functions in the project's interpreter
worker.py           Lambda: the process of one function
warm.py             Lambda: which process takes a call, how many start at once, which are ended
updates.py          Lambda: updating and publishing
aliases.py          Lambda: weighted aliases
version_metrics.py  CloudWatch: metrics of an alias, version by version, and counts of log lines
rest_apis.py        API Gateway: ImportRestApi and PutRestApi
swagger.py          API Gateway: what a Swagger document asks for
change_sets.py      CloudFormation: values before and after
resources/          CloudFormation: what it makes in part, or not at all
made_up_errors.py   Step Functions: TestState with a made-up error
enforcement.py      IAM: permissions enforced
"""
