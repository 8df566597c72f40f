"""What an operator asks for by hand.

move_requests.py    a request to move the alias: rollback, promote, pin, unpin
move_decisions.py   which move the request comes down to
rollback_target.py  the version to roll back to when the operator names none
fitness.py          whether a version may be made live by hand
carrying_out.py     carries a request out, once
restoration.py      `nightswap restore`: publishes and promotes the last promoted version again
putting_back.py     `nightswap put-back`: brings an earlier version of a document back
"""
