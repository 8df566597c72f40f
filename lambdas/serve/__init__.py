"""The code behind a model's alias: the package `serve` of the zip that VersionModel publishes.

handler.py           answers an event (a query, instances, or a wake-up), returns errors as answers; lists the formats
schema.py            validates a request, column by column
scorecard.py         the format `scorecard`: weights in, label and probabilities out
trees.py             the format `trees`: decision trees and sums of them
onnx.py              the format `onnx`: a graph that onnxruntime runs
links.py             probabilities of scores, and labels of probabilities
number_functions.py  functions of one number, such as log1p: of a scorecard that has any
dates.py             parts of a date: functions of its seconds
labels.py            counts the labels of an answer in the log
refusal.py           refuses a request, in words
values.py            immutable values, without the cost of dataclasses
seldom/              what few models or requests need, such as arrays of columns
native/              onnxruntime, which is no Python
scorer.py            what a model of any format can do, for type checkers

It imports nothing but the standard library and itself, so that a cold start costs no more than an empty function's;
`onnx` alone has a library, onnxruntime, from a layer.
Evaluate scores through the same `schema` and `scorecard`: what was judged is what serves.
"""
