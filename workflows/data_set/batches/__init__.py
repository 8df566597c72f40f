"""What stored batches hold of the rows of a data set.

holding.py     finds the batches, and the files of batches, that hold given rows
transforms.py  the same of those that SageMaker transformed
"""
