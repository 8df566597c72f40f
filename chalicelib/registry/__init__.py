"""A model's numbered versions, with what was judged of each, and which of them is live.

catalog.py         Which models a stage has: a document that every deployment writes, once their serving functions are
                   there.
judged.py          The last model that was judged and did not go live, so that the next run need not train it again:
                   `judged.json`.
live.py            What is live of a model: one look at its alias, and which model versions get its traffic.
manifest.py        What a numbered version is and where it comes from: `manifest.json`, and the same bytes as its
                   evidence.
models.py          What is known of a model: what is live, its versions, their reports.
pin.py             A pinned version stays live: runs train and judge as ever, but move nothing until it is unpinned.
publishing.py      From a package to an immutable function version: one publishing call, found again when it is
                   repeated.
quarantine.py      What was rolled back is not tried again: `models/MODEL/quarantine/FINGERPRINT.json`.
registry.py        The numbered versions of a model: `models/MODEL/versions/000007/`.
report.py          An evaluation's report, as far as it is read: `runs/RUN/report.json`, and `report.json` of a
                   version.
run_documents.py   What the tasks of a run leave for one another beside their own documents: the profile of the data,
                   the training.
version_shapes.py  What the documents of a numbered version hold.
"""
