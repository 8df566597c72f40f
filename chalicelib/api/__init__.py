"""The HTTP API's own parts: who may call which route, requests, answers.

access.py           tokens and the scopes that they open
known_tokens.py     the tokens that a container has seen lately
doors.py            a request as the routes ask about it, checked for its size before anything reads it
past_answers.py     asks the versions that served at a time
prediction.py       sends a request to the live version, returns its answer
responses.py        turns an error into an HTTP answer, and back
starts.py           tells in the answer whether it was a cold start
attempts.py         names the attempt of a request
failed_requests.py  one log line for each request that ends in an error
health.py           GET /health
"""
