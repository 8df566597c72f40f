"""From an object's bytes to a table, or to an error that names the cell.

dataset.py    reads one object
unpacking.py  its bytes: gzip taken off, proved to be text
records.py    the one grammar of CSV
header.py     where the wanted columns stand
plain.py      plain files, read fast: the one importer of pandas
strict.py     any file, record by record
columns.py    the rows as they are read
cells.py      what is wrong with one cell
findings.py   what is wrong with a file
table.py      the rows as three arrays
"""
