"""The bucket and the serving function of a stage that the release of commit ae759db served, in November 2026.

`old_registry.zip` holds what the tasks of that release wrote, by key, all but data sets and intermediates. Its tests'
fakes stood for AWS, and its `whole_night` for the state machine:

    night-1.csv -> version 1 -> night-2.csv -> version 2, after a canary -> night-3.csv -> version 3
    -> rollback to version 2, which quarantines version 3 -> night-4.csv, whose labels are wrong: rejected
    -> pin of version 2

That release kept no evidence, recorded no checksums of a version's parts, and split every object by the first rule.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from chalicelib.registry import registry
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL
from tests.http_connections import rows
from tests.unit.lambdas.nightly_batch import add_data
from tests.unit.lambdas.packages import serve

BUCKET = Path(__file__).with_suffix(".zip")
LEFT_BY_THE_LAST_MOVE = "run=pin-0011223344556677 step=50 pinned from=2 to=2 model_version=2 entry=6"
RUNS = {
    "kdd99-http-nightly-20261121T0300Z": "Promoted",
    "kdd99-http-nightly-20261122T0300Z": "Promoted",
    "kdd99-http-nightly-20261123T0300Z": "Promoted",
    "kdd99-http-nightly-20261124T0300Z": "ModelRejected",
}
"""With their outcomes."""


def old_stage() -> FakeOutside:
    """With the first three files of its data set."""
    night = FakeOutside(MODEL, handler=serve)
    with zipfile.ZipFile(BUCKET) as bucket:
        for key in bucket.namelist():
            night.store.put(key, bucket.read(key))
    for number in (1, 2, 3):
        package = registry.part(night.edges, model=MODEL, model_version=number, name=registry.PACKAGE)
        night.functions.publish(MODEL, package)
    night.functions.create_alias(MODEL, function_version="2", description=LEFT_BY_THE_LAST_MOVE)
    add_data(night, "night-1.csv")
    add_data(night, "night-2.csv", lines=rows(normal=30, attacks=20, seed=6))
    add_data(night, "night-3.csv", lines=rows(normal=30, attacks=20, seed=7))
    night.clock.sleep(4 * 24 * 3600)
    return night
