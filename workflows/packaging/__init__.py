"""The zip files that the stacks' functions run.

Chalice packs the API by itself; everything else that Lambda runs is packed here. A package is a function of its
sources alone: the same files give the same bytes on every machine, so that its SHA-256 names it.
"""
