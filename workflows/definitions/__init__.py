"""The state machine: authored in `retrain`, rendered to `golden/`, checked without AWS by `checker`.

retrain.py    the source, from the top
states.py     the kinds of state that it is made of: these two alone import the AWS Step Functions Data Science SDK
functions.py  the Lambda functions that it calls
render.py     source -> text; runs in the environment that has the SDK
rendering.py  calls `render` as a process; reads the golden text
asl.py        a definition as these tools read it
checker.py    is the text right, as far as can be known without AWS?
checks/       one kind of mistake each
diagram.py    the picture in docs/, drawn from the golden text

What deploys or runs the machine reads the golden text and needs no SDK.
"""
