"""What few models or requests need. Each is imported when one does, so that no other cold start pays for it.

array_columns.py  columns that are one feature, which a request gives as a list
unfit_names.py    refuses features that are missing or unknown
"""
