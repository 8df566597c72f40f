"""What an operator asks for by hand: rollback, promote, pin, unpin, restore, put-back.

carrying_out.py     Moves of the alias by an operator's hand: rollback, promote, pin, unpin. What the function
                    move-alias carries out.
fitness.py          May this version be made live by hand? It is looked at as it lies in the registry, and asked as it
                    is published.
move_decisions.py   What an operator's request comes down to: which move, onto which version, and what goes with it.
move_requests.py    Requests to move the alias: how the API reads them, what they are called, and who carries them
                    out.
putting_back.py     Puts back what lay at a key of the bucket before it was damaged or deleted: every version of an
                    object is kept.
restoration.py      Puts the last promoted model back from the registry: for a serving function, or a local AWS, that
                    lost its own.
rollback_target.py  Where a rollback goes that names no version: to what the ledger says was live before.
"""
