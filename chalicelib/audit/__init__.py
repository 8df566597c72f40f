"""`nightswap verify`: checks a model's record, and what serves against it. It changes nothing.

verification.py    reads a model's whole record again
ledger_checks.py   checks the ledger
serving_checks.py  checks what serves against the record
"""
