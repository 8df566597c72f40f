"""Decides which quoted rows come from the files that are to be erased."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence, Set

from chalicelib.cutting import listed
from chalicelib.edges.object_versions import ObjectVersion, ObjectVersions
from chalicelib.evidence.erasures import LookedUp
from workflows.checking.rows import FileRows, HowRead, Row
from workflows.checking.same_content import Progress
from workflows.data_set.lineage import Tags


class Matching:
    """Looks rows up in every content that the files have, and had as far as S3 keeps it.

    Where that cannot be told, every row is taken for one of the file's: what the file held when a version was made of
    it may be gone, or no run could read it. A content that is gone is of no concern to what an earlier erasure had
    looked through for it.
    """

    def __init__(
        self,
        versions: ObjectVersions,
        objects: Sequence[ObjectVersion],
        *,
        files: Set[str],
        looked_up: Sequence[LookedUp],
        progress: Progress,
    ) -> None:
        self._files = sorted(files)
        self._looked_up = [each for each in looked_up if not files.isdisjoint(each.files)]
        self._rows: dict[str, FileRows] = {}
        self.sha256: dict[str, str] = {}
        for done, each in enumerate(objects):
            progress("reading the files", done, len(objects))
            body = None if each.is_mark or each.etag in self._rows else versions.read(each)
            if body is not None:
                self._rows[each.etag] = FileRows(body)
                self.sha256[each.etag] = hashlib.sha256(body).hexdigest()

    def is_in_a_file(self, one: Row) -> bool:
        """Whether any content that there is of the files holds it; True too where one cannot tell."""
        return any(each.holds(one) for each in self._rows.values())

    def look_up(self, *, run: str, tags: Tags, cells: HowRead | None) -> LookUp:
        """Of rows that a run or its version quotes, which was made of contents with these entity tags, and read their
        cells so; None where nothing tells how."""
        before = {tag for each in self._looked_up if run in each.runs for tag in each.etags}
        here = {tag for tag in self._rows if tag in tags or None in tags}
        lost = {tag for tag in tags if tag is not None} - here - before
        named = listed(self._files)
        why = None
        if lost or not (here or before):
            why = f"the bucket no longer has what {named} held when the version was made"
        elif cells is None:
            why = f"nothing tells how it read the cells of {named}"
        return LookUp([self._rows[tag] for tag in here], cells=cells or {}, named=named, why=why)


class LookUp:
    """Which of the rows that one run quotes are of the files."""

    def __init__(self, contents: Sequence[FileRows], *, cells: HowRead, named: str, why: str | None) -> None:
        self._contents, self._cells, self._named = contents, cells, named
        self.why_every_row = why
        """Why any row is taken for one of the files'; None where they tell, as far as they were asked."""

    def is_gone(self, one: Row) -> bool:
        if self.why_every_row is None and not all(each.tells(one, cells=self._cells) for each in self._contents):
            self.why_every_row = f"{self._named} cannot be read as the version read it"
        return self.why_every_row is not None or any(each.holds(one, cells=self._cells) for each in self._contents)
