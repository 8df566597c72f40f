"""What a setting of a stage may be: each reader takes its text, and raises ValueError with what was expected.

texts.py      texts, choices and numbers
schedules.py  the grammar of EventBridge's schedules
"""
