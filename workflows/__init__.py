"""What runs on a developer's or a CI machine, and never on AWS.

cli/            the command `nightswap`
checking/       what a run would refuse, told before there is a run
data_set/       the files that a model is trained on: add, remove, erase
definitions/    the state machine
stacks/         the CloudFormation templates
packaging/      the zip files and layers that functions run
planning/       what a deployment would change
deploying/      from a checkout to a running stage, and back
doctor/         what stands in the way of a deployment
cost/           what a stage costs
local/          the local AWS
sample_data/    the data of `make run`
container/      the serving function as an image
locks/          the locked dependencies
api_client.py   calls the API over HTTP
aws_errors.py   what AWS says when it refuses, in one line
person.py       who sits at the keyboard
"""
