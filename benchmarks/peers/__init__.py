"""The contract server beside the servers of other projects, over HTTP: the same model, rows and validation.

peer.py      what a peer is, and how one is asked
table.py     the peers, and the contract server among them
made.py      the model that all of them serve, and the rows that they are asked
serving.py   starts a server, waits until it answers, and ends all its processes
agreeing.py  holds each server's answers against the model's, and its refusals against the recipe's
wrk.py       puts load on a server, and reads what wrk tells
bare.py      a server that answers every request with the same bytes
__main__.py  measures all of them, in turns

A folder for each peer has its configuration, with the source of its advice; locks/ has its environment, which
`make bench-peers` installs.
"""
