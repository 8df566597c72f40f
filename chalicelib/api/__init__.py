"""The HTTP API's own parts: who may call which route, what comes in, what goes out.

access.py           Bearer tokens: 256 random bits each, of which only the SHA-256 is kept, and the scopes that they
                    open.
doors.py            What comes in by HTTP is measured here before anybody looks into it. `chalicelib.bodies` reads it
                    then.
failed_requests.py  One line in the log for each request that the API answers with an error: who reads it finds the
                    request again.
health.py           Whether the default model can be asked: what is live is woken, and says which version it is.
known_tokens.py     The tokens that a container has seen lately, so that not every request asks S3 for one.
prediction.py       A prediction: from a request to the live version and back.
responses.py        From an error to an HTTP answer and back: the one place that decides what a caller is told.
"""
