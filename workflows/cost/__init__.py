"""Estimates what a stage costs from list prices, for the plan of a deployment.

prices.py      AWS's price of each unit, with date and source
bills.py       units times prices: a bill of named lines
estimates.py   how many units a retrain and an idle month of this stage take
"""
