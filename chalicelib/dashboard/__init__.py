"""The page at `GET /`.

page.py  The page at `GET /`: one static file, which reads the API with the token that its reader gives it.
"""
