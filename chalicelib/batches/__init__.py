"""Stored batches: a file in the bucket is scored on one version, chunk by chunk.

batch_requests.py   reads a request, names the batch, starts it
batch_limits.py     refuses a file that is too large for one function
batch_reports.py    tells how far a batch came, and its result
batch_results.py    reads the predictions and errors of one that is done, whole
batch_chunks.py     scores the records of a file, and writes each chunk whole
batch_pace.py       estimates how long it takes, and refuses what takes too long
batch_answers.py    asks a version for the records of a chunk, and finds the refused ones
batch_arrays.py     reads a file of numpy
batch_documents.py  the records of what a batch keeps in the bucket
"""
