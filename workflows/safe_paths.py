"""Makes a path of a name that came from elsewhere: of a file in a zip, of an object in a bucket."""

from __future__ import annotations

from pathlib import Path


def inside(folder: Path, name: str) -> Path:
    """The path of that name below the folder; raises ValueError for a name that leads elsewhere.

    >>> inside(Path("/a"), "serve/handler.py").as_posix()
    '/a/serve/handler.py'
    """
    if "\0" in name or not {"", ".", ".."}.isdisjoint(name.split("/")):  # an absolute one begins with an empty part
        raise ValueError("it is no path below the folder")
    return folder / name
