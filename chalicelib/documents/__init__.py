"""JSON documents in the bucket.

documents.py  reads and writes them: one spelling, so that equal documents are equal bytes
shapes.py     checks the shape of a document
frozen.py     a document as a record with typed fields
"""
