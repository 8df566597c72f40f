"""The load tests of the posts: Locust asks a target as their users did; a table and a plot tell what both took.

scenarios.py   how many users there are at each moment, by name
counted.py     what came back, second by second
locustfile.py  Locust's user and shape: in Locust's own environment, which knows nothing else of the project
generator.py   starts Locust, and reads what it counted
targets.py     what is asked: the contract server, the local AWS, any URL
watching.py    the processor time of server and generator, second by second
telling.py     rows, a table, and what the run would cost on AWS
drawing.py     the plot of a run
__main__.py    plays what is wanted
taurus/        the same scenarios for Taurus

make bench-load SCENARIO=surge TARGET=serve TIME_FACTOR=0.1
"""
