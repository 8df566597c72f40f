"""The settings of a stage: what each function reads of its environment, checked as a whole.

reading.py    alone reads it; the form of a setting, and the checks of its text
api.py        what the Chalice app reads
tasks.py      what the state machine's functions read
stage.py      what the stacks read, when the stage is deployed
texts.py      what AWS takes of those: texts, choices and numbers
schedules.py  the grammar of EventBridge's schedules
"""
