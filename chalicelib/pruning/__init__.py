"""`nightswap prune`: which old versions go.

retention.py     the policy alone
pruning_plan.py  the facts for it: what would go, and why the rest stays
pruning.py       takes versions out of Lambda and out of the registry
"""
