"""What a stage has beside the rest when a recipe's versions have endpoints.

endpoints.py          a role, an image, permissions
transform_machine.py  the state machine that transforms a batch, and its role
"""
