"""The numbered versions of a model, and which of them is live.

catalog.py        which models a stage has
live.py           what is live of a model: one look at its alias
registry.py       the versions: `models/MODEL/versions/000007/`
manifest.py       describes a version and its origin
report.py         the report of its evaluation
replay_sample.py  rows of the holdout with the answers that a version has to give: `replay.json`
publishing.py     publishes a package as an immutable function version
judged.py         the last model that was judged and did not go live
quarantine.py     what was rolled back, so that no run tries it again
pin.py            a pinned version stays live
run_documents.py  the documents of a run's tasks
models.py         what the API tells of models and versions
"""
