"""The pure machine learning: no AWS, no environment, no clock, nothing global. Data in, data out.

In the order in which a nightly batch meets them:

    recipe          what a model is: columns, label, classes, estimator, split, thresholds
    dataset         an object of the data set -> Table, or an error that names the cell; by `unpacking`, `header`, and
                    `plain` (the one importer of pandas) or `strict`, which both read what `records` says is there
    preparation     tables -> training part, holdout and a profile; by `split` and `profile`
    estimator       training part -> fitted scikit-learn estimator and the facts about it; by `fitted`
    export          fitted estimator -> scorecard; by `linear`
    artifact        what is served, scored as it is served
    evaluation      artifact, holdout, champion -> report with a verdict; by `measures`, `thresholds`, `parity`,
                    and beside a champion by `rival`, `mcnemar`, `differences`
    replay_sample   rows of the holdout with the artifact's answers, for the published version to repeat
    package         artifact and `lambdas/serve` -> the zip that is published
"""
