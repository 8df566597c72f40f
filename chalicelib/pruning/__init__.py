"""`nightswap prune`: deletes old versions.

retention.py     the policy: which may be deleted
pruning_plan.py  the facts for it: what would be deleted, and why the rest stays
pruning.py       takes versions out of Lambda and out of the registry
"""
