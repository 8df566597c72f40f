"""What few models or requests need. Each is imported when one does, so that no other cold start pays for it.

array_columns.py  columns that are one feature, which a request gives as a list
blends.py         several models of trees whose answers make one
date_texts.py     reads dates from their texts: of a model that has a column of them
direct.py         answers the requests of the function's own URL
npy.py            instances from a .npy file
paired.py         makes the nodes of trees faster to walk, once the first rows are scored
several.py        scores several instances, as far as the time goes
stored.py         an artifact that lies in the bucket, because it is too large for its package
why/              tells which columns moved a prediction most
unscored.py       refuses a row that has no score
unfit_names.py    refuses features that are missing or unknown
warned.py         tells what the model took in the place of what a request says
"""
