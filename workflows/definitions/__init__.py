"""The state machine: authored in `retrain`, rendered to `golden/`, checked without AWS by `checker`.

    retrain, states    the source; the only modules that import the AWS Step Functions Data Science SDK
    render             source -> text; runs in the environment that has the SDK
    rendering          calls `render` as a process; reads the golden text
    checker, checks/   is the text right, as far as can be known without AWS?
    diagram            the picture in docs/, drawn from the golden text

What deploys or runs the machine reads the golden text and needs no SDK.
"""
