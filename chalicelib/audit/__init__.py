"""`nightswap verify`: holds a model's whole record against itself and against what serves.

ledger_checks.py   Is the ledger whole: no number missing, each move from where the one before went, the last one the
                   alias's own?
serving_checks.py  Does what serves now fit what is recorded: the live version, a canary's share, quarantine, pin?
verification.py    Re-reads a model's whole record: ledger, alias, registry, published versions, quarantine, pin. It
                   changes nothing.
"""
