"""The pictures of the dashboards: all are there, small, and stand in the page with a caption."""

import re

import pytest

from mooring.observability.pictures.every import PICTURES, Picture
from tests.repository.tracked import ROOT, files

PAGE = ROOT / "docs" / "observability.md"
FOLDER = ROOT / "docs" / "observability"
PNG = b"\x89PNG\r\n\x1a\n"
MOST_BYTES = 300_000

# An image on a line of its own, and below it in italics what it shows.
_SHOWN = re.compile(r"^!\[[^\]]{20,}\]\(observability/([\w-]+)\.png\)\n\*(.+)\*$", re.M)


def captions() -> dict[str, str]:
    return dict(_SHOWN.findall(PAGE.read_text(encoding="utf-8")))


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_a_picture_is_a_small_png(picture: Picture) -> None:
    content = (FOLDER / f"{picture.name}.png").read_bytes()
    assert content.startswith(PNG)
    assert len(content) < MOST_BYTES


def test_every_picture_stands_in_the_page_with_a_caption_that_says_whose_values_they_are() -> None:
    shown = captions()
    assert set(shown) == {picture.name for picture in PICTURES}
    assert [p.name for p in PICTURES if p.origin not in shown[p.name]] == []


def test_no_picture_is_left_over() -> None:
    found = {path.stem for path in files("docs/observability/*.png")}
    assert found == {picture.name for picture in PICTURES}
