"""Builds the zip files that the stacks' functions run.

tasks.py        the code of the tasks
serving.py      the code of a serving function
placeholder.py  what a serving function runs until the first promotion
training_source.py  the code of a training job of SageMaker
layers.py       the libraries beside the code
needs.py        which layers a stage needs, by the formats of its models
wheels.py       fetches them for Lambda's platform
trimming.py     removes what no function needs
bytecode.py     compiles them for Lambda's Python
sizes.py        code and layers against Lambda's limits
archive.py      files -> the bytes of a package
emulated.py     a package under Lambda's own runtime, for tests and benchmarks

Chalice packs the API by itself; everything else that Lambda runs is packed here. A package is a function of its
sources alone: the same files give the same bytes on every machine, so that its SHA-256 names it.
"""
