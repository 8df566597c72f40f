"""A serving function whose model answers from an endpoint of SageMaker; docs/endpoints.md tells when that pays.

handler.py        the function: hands an event on, and the answer back
endpoint_plan.py  describes the endpoint of a version
hosting.py        gives a version its endpoint
package.py        its package, and the data of the model that the endpoint runs
"""
