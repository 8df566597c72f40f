"""What was judged, kept out of reach of whoever can write the registry; and what was erased on purpose.

erasures.py  What was erased on purpose, told for good: `evidence-erased/MODEL/000001.json`, one document for each
             erasure.
evidence.py  What was judged, out of reach of whoever can write the registry: `evidence/MODEL/000007.json`.
"""
