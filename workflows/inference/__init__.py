"""SageMaker's container contract over the prediction service: what `nightswap serve` runs, and the image.

running.py      binds the port, runs uvicorn, accepts, stops when the requests in flight have ended
connections.py  how many connections there are, and how long a client may take
application.py  the ASGI application: routes, limits, token
bounding.py     bounds how long a body may take
openapi.py      the routes and the model's columns as an OpenAPI document
scoring.py      asks the service for as many rows as it takes at a time, and puts the answers together
readers.py      JSON, JSON lines and CSV become instances
writers.py      an answer becomes JSON, JSON lines or CSV
media_types.py  reads Content-Type, and chooses by Accept
refusal.py      refuses a request for its route, method, token or Accept
package.py      opens the package of a model version
__main__.py     the image's entry point

The image has this folder as its top-level package `inference`, so a module here names another one relatively, and
imports nothing else of `workflows`.

The contract: https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""
