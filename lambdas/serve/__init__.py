"""What runs behind a model's alias: the package `serve` of the zip that VersionModel publishes.

handler.py    the event: a query, instances, or a wake-up; answers, and returns errors as answers; has the table of
              formats
schema.py     what a request must hold, column by column
scorecard.py  the format `scorecard`: weights in, label and probabilities out
refusal.py    a request that cannot be answered, in words

It imports nothing but the standard library and itself, so that a cold start costs what an empty function costs.
Evaluate scores through the same `schema` and `scorecard`: what was judged is what serves.
"""
