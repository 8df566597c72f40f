"""What a stage costs: an estimate from list prices, for the plan of a deployment.

prices.py      what AWS asks for each unit, with date and source
bills.py       units times prices: a bill of named lines
estimates.py   how many units a retrain and an idle month of this stage take
"""
