"""Records every move of a model's alias, and which versions were rejected while they waited for approval.

ledger.py      the ledger itself: `ledger/MODEL/0000000042.json`, append-only and gap-free
entry.py       one entry of it
anchor.py      the version that new models are compared with beside the live one
stamp.py       the proof of a move, written into the alias in the same call that moves it
rejections.py  beside the moves: `ledger/MODEL.rejected/0000000002.json`
history.py     a model's history: moves and rejections in model versions, and what served at any time
"""
