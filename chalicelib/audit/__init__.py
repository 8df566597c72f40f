"""`nightswap verify`: is a model's record whole, and does it fit what serves? It changes nothing.

verification.py    reads a model's whole record again
ledger_checks.py   is the ledger whole?
serving_checks.py  does what serves fit what is recorded?
"""
