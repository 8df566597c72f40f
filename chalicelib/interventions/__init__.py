"""What an operator does by hand.

move_requests.py    a request to move the alias: rollback, promote, pin, unpin; reject
move_decisions.py   decides which move the request needs
rollback_target.py  chooses the version to roll back to when the operator names none
fitness.py          decides whether a version may be made live by hand
carrying_out.py     carries a request out, once
rejecting.py        rejects a version that waits for approval
restoration.py      `nightswap restore`: publishes and promotes the last promoted version again
putting_back.py     `nightswap put-back`: restores a document to its earlier content
"""
