"""The data that `make run` trains on when the user gives none, and what `nightswap data sample` gives by name.

source.py     which data: the real file in the cache, else a download, else the stand-in
kdd99.py      the real data: the http connections of KDD Cup 1999, out of its archive
download.py   one file over HTTP: whole, checked, or not at all
synthetic.py  the stand-in: a seeded imitation with the same columns and labels
known.py      the data sets by name
bundled.py    those that lie in scikit-learn
csv_file.py   how the sample is written
"""

from workflows.sample_data.source import SAMPLE_FILES, Sample, sample

__all__ = ["SAMPLE_FILES", "Sample", "sample"]
