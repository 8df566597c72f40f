"""Reads an object's bytes into a table, or raises an error that names the cell.

object_reader.py  reads one object
unpacking.py      unzips it, checks that it is text
records.py        the one grammar of CSV
header.py         finds the wanted columns
plain.py          reads plain files, fast: alone imports pandas
strict.py         reads any file, record by record
columns.py        gathers the rows
cells.py          checks cells
date_cells.py     reads a cell that holds a date
findings.py       collects what is wrong with a file
tolerance.py      decides which bad rows are left out
table.py          the rows as three arrays
"""
