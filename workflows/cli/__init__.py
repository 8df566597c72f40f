"""The command `nightswap`: one module for each group of commands, and what they share.

init.py           from a CSV file to a live model
check.py          check a recipe or a file
plan.py           plan a deployment
cost.py           cost: the bill of a month
deploy.py         deploy, render, url
destroy.py        destroy a stage
doctor.py         doctor
tokens.py         who may call the API
data.py           the data set: list, add, remove
convert.py        data convert
erase.py          data erase
sample.py         data sample
runs.py           retrain, runs, stop
imports.py        import: a model that was trained elsewhere
explain.py        explain a run
backtest.py       judge kept nights by another recipe
models.py         versions, restore
model_removal.py  model remove
predictions.py    predict
batch.py          batch: predictions of a whole file
transforms.py     batch --transform: by a job of SageMaker's
serve.py          serve: one version as an endpoint of SageMaker
moves.py          rollback, promote, pin, unpin
approvals.py      approve, reject: a version that waits
ledger.py         history, what-served, verify
live_quality.py   history --quality
rebuild.py        rebuild a version
prune.py          prune
endpoints.py      endpoints: what there are, and what they cost
put_back.py       put-back
local.py          the local AWS: up, down, status
main_job.py       the whole job of `make run`

main.py           the top of the command line, and how commands end
__main__.py       `python -m workflows.cli`
options.py        options that several commands share
stage.py          the stage that a command acts on
screen.py         formats what commands show
picture.py        a confusion matrix as SVG
sentences.py      sentences as wide as the screen
watching.py       the live display of a run
interruption.py   tells what Ctrl-C leaves undone
bringing_back.py  restores live models that Lambda lost
moments.py        a time as an operator writes it
"""

from __future__ import annotations

import sys


def main() -> None:
    """Load the commands, which takes a moment in which Ctrl-C is as good as later, and run the one that is wanted."""
    try:
        from workflows.cli.main import main as run
    except KeyboardInterrupt:
        sys.exit(130)  # as `main` itself ends then
    run()
