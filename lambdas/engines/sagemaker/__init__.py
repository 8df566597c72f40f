"""Train on SageMaker: the job runs the code of Train itself, on a folder in the place of the bucket.

Preprocess describes the job, the state machine runs it, and the function Train takes what it made.

job.py             describes the job: its name, what it reads, what it may take and cost
script.py          what the job runs
job_folder.py      a folder in the place of the stage's bucket
older_python.py    what Python 3.10 lacks, which the job's image has
job_archive.py     reads the archive that it left
collected.py       takes what the job made, and trusts none of it
tuner.py           has SageMaker's tuner start a job for each trial of a search, and takes the best
built_in.py        the same as a job of one of SageMaker's own algorithms: its rows, its job, its model
built_in_tuner.py  what is searched of these, and what came of it
"""
