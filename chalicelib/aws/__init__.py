"""The clients of AWS's services: only this folder of the app and the tasks imports boto3.

connect.py             builds the edges, once for each container
object_store.py        S3
object_versions.py     S3: earlier versions of objects
serving_functions.py   Lambda: the functions that serve, their versions and aliases
pipeline_functions.py  Lambda: the functions of the pipeline that are called from outside the state machine
executions.py          Step Functions
metrics.py             CloudWatch
logged_labels.py       CloudWatch Logs Insights
notices.py             SNS and EventBridge
calls.py               which errors are worth another try
patience.py            how long a call may take with all its attempts
session.py             what all clients are made by
signed/                the two calls of GET /predict, which go without boto3
sagemaker/             what a stage asks of SageMaker, whose recipe trains there
"""
