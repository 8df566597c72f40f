"""What was judged, out of reach of whoever can write the registry.

evidence.py  what a version was judged as: `evidence/MODEL/000007.json`
erasures.py  what was erased on purpose: `evidence-erased/MODEL/000001.json`
"""
