"""The two calls of AWS that GET /predict needs, signed by our own few lines: at a cold start boto3 alone takes four
times as long as all else. In surroundings that these lines do not know, boto3 makes them.

serving_function.py  Lambda: the function that serves
token_store.py       S3: the objects of the access tokens
client.py            asks one service, and asks again
surroundings.py      credentials, region and endpoint of a function on Lambda
signature.py         AWS's signature, version 4
connection.py        one connection, kept between calls
exchange.py          reads an answer of HTTP/1.1
certificates.py      whom a connection trusts: roots.pem
refusals.py          what AWS refused, in our errors
"""
