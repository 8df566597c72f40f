"""The tasks of the state machine, one file for each, named after its state; and the modules that they share.

A task's file holds `run` and `handler`, and decides nothing itself. `handler` is `carry_out` with its contract.
`run(task, edges, settings)` gets a payload and returns the next one. It calls

    chalicelib     to decide, record or move: a function that gets the task and can be repeated
    lambdas.model  to compute with rows, estimators or artifacts: it reads and writes nothing

Between the two it carries bytes: it reads what an earlier task left, and writes what the next one reads. Tests and
the simulation replace some parts, as the recipe's steps, by keyword arguments of `run`; the defaults are AWS's.

In the order of the states:

restore_alias.py   repairs what a dead run left
preprocess.py      reads the data set: training part, holdout, profile
train.py           fits the recipe's estimator, or takes an imported model; exports the artifact
evaluate.py        scores challenger and champion on the holdout; the gate decides
version_model.py   gives the model a number, publishes it
replay.py          checks the published version's answers for rows of the holdout
shift_traffic.py   one step of the canary
swap_alias.py      makes the new version live
record_outcome.py  records how the run ended
move_alias.py      outside the state machine: carries out an operator's change of the alias
predict_batch.py   outside the state machine: scores a stored file on one version

batch_records.py   reads the records of such a file
step.py            carries out each task
engine.py          carries out a function for each of many names
packs.py           prepares a data set, pack by pack
packing.py         makes a pack of neighbouring objects
leaving_out.py     decides which bad files are left out, and writes down what was
bad_files.py       which errors say that a file is bad
totals.py          adds up the sums of all packs
kept.py            remembers which objects lie in which packs
pieces.py          reads an object
reader.py          tells by which code
intermediates.py   reads and writes the files between tasks
imports.py         reads a model that was trained elsewhere
parts.py           hands on the rows of a side, part by part
archives.py        makes one file of the files of a part
answers.py         hands on the estimator's answers for the holdout, part by part
row_answers.py     keeps what the versions answered for the holdout row by row
opening.py         opens the artifacts that Evaluate scores, where there is memory for them
arrivals.py        hands on the rows that the live version has never seen
live_quality.py    scores the live version on them
splits.py          remembers how each object was first split
horizon.py         decides which dates are used, trained on and held out
extents.py         finds of which dates each object is
split_words.py     says how they were split, where it is not row by row
endpoint/          what runs behind the alias of a model that has an endpoint of SageMaker
engines/           what stands in for a task on another engine
recipes/           one file for each model
model/             the pure machine learning
serve/             what runs behind a model's alias
"""
