"""What a recipe says of the endpoints of its versions.

endpoint.py        an endpoint, and the hour whose load is known
endpoint_rules.py  finds what makes no sense in them
"""
