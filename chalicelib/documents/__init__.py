"""JSON documents in the bucket.

documents.py  one spelling, so that equal documents are equal bytes; and one reader
shapes.py     what a document has to look like
frozen.py     a document as a record with typed fields
"""
