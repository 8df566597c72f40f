"""Writes a foreign CSV file as runs read one: commas, UTF-8, points in numbers, ISO dates, names that differ.

convert.py        the whole file, and what was changed, in words
advice.py         whether converting a file would help
decoding.py       from bytes to text
separating.py     from text to records
numbers.py        numbers with decimal commas, thousands separators, percent and currency signs
marks.py          texts that stand for a missing number or date
written_dates.py  dates with the day or the month first
"""
