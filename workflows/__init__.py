"""What runs on a developer's or a CI machine, and never on AWS.

cli/            the command `nightswap`
checking/       checks a recipe or a file before a run
converting/     a foreign CSV file, written as runs read one
drafting/       the recipe of a first model, from a CSV file
backtesting/    judges kept nights again by another recipe
importing/      brings a model that was trained elsewhere
rebuilding/     trains a version again, and compares
data_set/       the files that a model is trained on: add, remove, erase
definitions/    the state machine
stacks/         the CloudFormation templates
packaging/      the zip files and layers that functions run
planning/       what a deployment would change
deploying/      deploys and removes a stage
doctor/         finds what would stop a deployment
cost/           what a stage costs
local/          the local AWS
sample_data/    the data of `make run`
container/      a model version as an image
transforming/   a stored file scored by a job of SageMaker's
inference/      a model version as an endpoint of SageMaker: the server
locks/          the locked dependencies
api_client.py   calls the API over HTTP
aws_errors.py   errors of AWS in one line, with advice
person.py       the name of the user at the keyboard
safe_paths.py   a path of a name that came from elsewhere
"""
