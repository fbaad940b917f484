"""The generated files of the repository are what would be written now."""

from __future__ import annotations

from pathlib import Path

from mooring.observability.files import generated, stale, write
from tests.repository.tracked import ROOT


def test_no_generated_file_is_stale() -> None:
    found = stale(ROOT)

    assert found == [], f"run `./mooring obs generate`: {', '.join(found)}"


def test_a_file_that_was_edited_or_removed_is_found_and_written_anew(tmp_path: Path) -> None:
    paths = write(tmp_path)
    edited, removed = paths[0], paths[-1]
    (tmp_path / edited).write_text("by hand")
    (tmp_path / removed).unlink()

    assert paths == list(generated())
    assert set(stale(tmp_path)) == {edited, removed}
    assert set(write(tmp_path)) == {edited, removed}
    assert stale(tmp_path) == []
