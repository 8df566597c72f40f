"""The state machines: authored in `retrain` and `hosting`, rendered to `golden/`, checked without AWS by `checker`.

retrain.py    the source, from the top
ends.py       how the machine ends
states.py     the kinds of state
sagemaker.py  the state that has SageMaker fit
hosting/      the states that make a version's endpoint, and the machine that transforms a batch: only these import
              the Step Functions Data Science SDK
of_stage.py   what a stage says of its jobs and endpoints, put into the definition
functions.py  the Lambda functions that it calls
render.py     source -> text; runs in the environment that has the SDK
rendering.py  calls `render` as a process; reads the golden text
asl.py        reads a definition
checker.py    checks the text as far as possible without AWS
checks/       one kind of mistake each
diagram.py    the picture in docs/, drawn from the golden text

To deploy or run a machine, only the golden text is needed, and no SDK.
"""
