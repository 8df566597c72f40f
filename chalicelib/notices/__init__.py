"""Announcements to people and to programs: what came of a run, or of a move by hand.

notice_evaluation.py  What a notice says of an evaluation: the confusion matrix and the rules that failed, within what
                      may be sent.
notice_text.py        What a person reads of a notice: a subject, and a message with the reasons, the confusion matrix
                      and what to do.
notices.py            Announcements of what happened to a model: to people by the stage's topic, to programs by the
                      event bus.
"""
