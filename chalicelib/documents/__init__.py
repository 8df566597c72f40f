"""JSON documents in the object store: how one is written, read, checked and typed.

documents.py  JSON documents in the object store: one spelling, so that equal documents are equal bytes; and one
              reader.
frozen.py     Frozen records of stored documents: each field is declared once, with its type and with what it may
              hold.
shapes.py     What a stored document has to look like: kinds of values, and records of named fields.
"""
