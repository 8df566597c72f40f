from __future__ import annotations

from chalicelib import page


def test_page_is_one_html_file_that_loads_nothing_from_elsewhere() -> None:
    html = page.html()

    assert html.lstrip().lower().startswith("<!doctype html>")
    assert "http://" not in html.replace("http://127.0.0.1", "") and "https://" not in html


def test_page_is_kept_from_frames_foreign_scripts_and_foreign_addresses() -> None:
    policy = page.HEADERS["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "connect-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.HEADERS["X-Content-Type-Options"] == "nosniff"
