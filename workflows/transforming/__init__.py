"""A stored file scored by a job of SageMaker's, on the model that the endpoint of the live version runs.

transform_requests.py   names a batch transform, and refuses what has no model of SageMaker's
transform_files.py      reads a file of whatever length, record by record
transform_chunks.py     cuts its records into chunks, and uploads their instances
transform_following.py  starts a job, follows it, and stops it where nobody waits for it any more
transform_results.py    puts what the job wrote together, in the order of the file
"""
