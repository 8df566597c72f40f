"""Brings a model that was trained elsewhere.

importing.py  checks its file, and puts it into the bucket
"""
