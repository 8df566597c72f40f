"""Announces runs and moves by hand to people and programs.

notices.py            what is announced, and what a notice says
delivery.py           sends a notice once, and keeps one that cannot be sent
untold.py             a notice that waits to be sent
notice_text.py        the subject and message that a person reads
notice_evaluation.py  the confusion matrix and the failed rules, as far as a notice has room
"""
