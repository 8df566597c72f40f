"""Results stand on the page as they were written."""

from __future__ import annotations

from pathlib import Path

from benchmarks import page, results

MARKED = f"# Page\n\n{page.begin('cold')}\nformer figures\n{page.end('cold')}\n\nmore\n"
ROWS = results.rows_of("cold start", "ms", {"bare": [40.0, 50.0, 60.0], "ours": [55.0]}, "bare")


def test_tables_are_written_between_the_marks(tmp_path: Path) -> None:
    file = tmp_path / "performance.md"
    file.write_text(MARKED, "utf-8")
    results.write("cold", ROWS, folder=tmp_path)

    page.rewrite(page=file, folder=tmp_path)

    text = file.read_text("utf-8")
    assert "former figures" not in text
    assert text.startswith("# Page\n") and text.endswith("\n\nmore\n")
    assert "| cold start | median | spread | n | of bare |" in text
    assert "| ours | 55 ms | 0% | 1 | 1.10 |" in text
    assert "| bare | 50 ms | 20% | 3 | 1.00 |" in text


def test_writing_again_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "performance.md"
    file.write_text(MARKED, "utf-8")
    results.write("cold", ROWS, folder=tmp_path)
    page.rewrite(page=file, folder=tmp_path)
    first = file.read_text("utf-8")

    page.rewrite(page=file, folder=tmp_path)

    assert file.read_text("utf-8") == first


def test_part_without_marks_is_left_out() -> None:
    assert page.with_section(MARKED, "warm", "new") == MARKED


def test_results_of_other_scripts_are_left_out(tmp_path: Path) -> None:
    file = tmp_path / "performance.md"
    file.write_text(MARKED, "utf-8")
    (tmp_path / "trees.json").write_text('{"n": 9}', "utf-8")

    page.rewrite(page=file, folder=tmp_path)

    assert file.read_text("utf-8") == MARKED
