"""The page at GET /.

page.py  serves one static file, `page.html`, which calls the API with its reader's token
"""
