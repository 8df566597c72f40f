"""From an object's bytes to a table, or to an error that names the cell.

cells.py      What is wrong with one cell: a Check returns the error's class and words, or None for a good cell.
columns.py    What a file's rows are read for, and the rows as they are read: numbers, and texts as places among their
              levels.
dataset.py    An object of the data set -> a Table, or an error that names the cell.
findings.py   What is wrong with a file, cell by cell, counted and put in words.
header.py     The header of a CSV file: where the wanted columns stand.
plain.py      Plain files, read fast. The one module that imports pandas.
records.py    The one grammar of CSV files: the bytes of a text -> records, each with the line that it begins on.
strict.py     Any file, read record by record as `records` has it: the good is gathered, the wrong is named.
table.py      Rows of a data set as three arrays: what Preprocess hands on, without names and without pandas.
unpacking.py  An object's bytes -> the bytes of a CSV file: gzip taken off, proved to be text. Its name decides
              nothing.
"""
