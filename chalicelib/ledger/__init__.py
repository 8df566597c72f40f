"""What was live when: every move of a model's alias, in the order of the moves.

entry.py    An entry of the ledger: one move of a model's alias, who wanted it and why.
history.py  What the ledger tells: every move of the alias in model versions, and what served at any time.
ledger.py   The record of every move of a model's alias: `ledger/MODEL/0000000042.json`, append-only and gap-free.
stamp.py    What every move writes into the alias's Description: the evidence of who moved it, in the same call that
            moves it.
"""
