"""Trains a version again, from exactly the files that it was made of, and compares. It writes nothing to the bucket.

rebuild.py       the files, the same tasks on them, and how far the new artifact is from the old one
contents.py      finds a file's content as it was then
folder_store.py  a bucket in a folder, where the tasks leave what they make

`rebuild.py` imports the tasks when it is needed: scikit-learn takes a moment, which no other command should wait for.
"""
