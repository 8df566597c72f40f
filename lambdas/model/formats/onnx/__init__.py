"""The format `onnx`: what is neither a weighted sum nor made of trees, as a graph that onnxruntime runs.

format.py              its functions for the table of formats
supported.py           which estimators convert, by measurement, and why the others do not
held.py                what the graph of an unfitted estimator will hold
converting.py          the one module that knows skl2onnx
export.py              a fitted estimator -> the artifact
foreign.py             a graph that was trained elsewhere: its answers, and its artifact
checking.py            what is refused of its file before it runs
inputs_and_outputs.py  what it takes and answers
wrapping.py            what is put around it
neighbours.py          which of neighbours that are equally far count
vectors.py             what support vectors add up to, in 64-bit floats
artifact.py            reads an artifact back, and scores a table
"""
