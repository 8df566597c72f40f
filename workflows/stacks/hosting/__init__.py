"""What a stage has beside the rest when a recipe's versions have endpoints.

endpoints.py  a role, an image, permissions
"""
