"""`nightswap prune`: which old versions go, and why the others stay.

pruning.py       Takes old model versions out of Lambda and out of the registry; claim, manifest and report stay on
                 record.
pruning_plan.py  What pruning a model would take, and why the rest stays: the facts for the policy in `retention`.
retention.py     Which model versions may go: the policy, without anything outside.
"""
