"""The map lists every decision, once and in order, by the title that it has."""

from __future__ import annotations

import re

from tests.repository.tracked import ROOT

_LISTED = re.compile(r"^- \[(\d{4}\. .+)\]\(decisions/(.+\.md)\)$", re.MULTILINE)


def test_the_map_lists_every_decision_in_order() -> None:
    map_ = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    files = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
    titles = [
        file.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ") for file in files
    ]
    assert _LISTED.findall(map_) == [
        (title, file.name) for title, file in zip(titles, files, strict=True)
    ]
    assert [int(file.name[:4]) for file in files] == list(range(1, len(files) + 1))
