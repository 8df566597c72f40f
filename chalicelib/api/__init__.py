"""The HTTP API's own parts: who may call which route, what comes in, what goes out.

access.py           tokens and the scopes that they open
known_tokens.py     the tokens that a container has seen lately
doors.py            the size of a request, before anybody reads it
prediction.py       from a request to the live version and back
responses.py        from an error to an HTTP answer and back
failed_requests.py  one log line for each request that ends in an error
health.py           GET /health
"""
