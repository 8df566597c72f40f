"""Announces runs and moves by hand to people and programs.

notices.py            writes a notice, sends it, and keeps it until it is sent
untold.py             a notice that waits to be sent
notice_text.py        the subject and message that a person reads
notice_evaluation.py  the confusion matrix and the failed rules, as far as a notice has room
"""
