"""Estimates what a stage costs from list prices, for the plan of a deployment and for `nightswap cost`.

prices.py         AWS's price of each unit, with date and source, from prices.json
price_list.py     asks AWS for them again
usage.py          counts units
bills.py          units times prices: a bill of named lines
estimates.py      the units of a retrain, an idle month, predictions, a batch
traffic.py        the units of a month of requests
months.py         a month of a stage, put together
alternatives.py   other ways to serve the same requests
jobs.py           what training jobs of SageMaker cost at most
memory_prices.py  time and price of a request at each memory
reports.py        calls as Lambda reported them
autoscaling.py    an endpoint that scales under a load
"""
