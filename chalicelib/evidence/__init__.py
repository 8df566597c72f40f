"""Keeps what was judged where a writer of the registry cannot change it.

evidence.py  the manifest of a version as it was judged: `evidence/MODEL/000007.json`
erasures.py  what was erased on purpose: `evidence-erased/MODEL/000001.json`
"""
