"""The page at GET /.

page.py  one static file, `page.html`, which calls the API with its reader's token
"""
