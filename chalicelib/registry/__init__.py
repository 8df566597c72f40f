"""The numbered versions of a model, and which of them is live.

catalog.py         which models a stage has
live.py            what is live of a model: one look at its alias
registry.py        the versions: `models/MODEL/versions/000007/`
manifest.py        what a version is and where it comes from
report.py          the report of its evaluation
sample.py  rows of the holdout with the answers that a version has to give: `replay.json`
publishing.py      from a package to an immutable function version
judged.py          the last model that was judged and did not go live
quarantine.py      what was rolled back is not tried again
pin.py             a pinned version stays live
run_documents.py   what the tasks of a run leave for one another
models.py          what the API tells of models and versions
"""
