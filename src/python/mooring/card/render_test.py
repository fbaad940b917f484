"""What a card says, that it says it twice in the same bytes, and that it runs nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from mooring.bundle.errors import BundleUnreadable
from mooring.bundle.manifest import REFERENCE
from mooring.card.conftest import LATER, MakeFacts, metrics
from mooring.card.render import render

HOSTILE = """$\\frac{$ <script>alert(1)</script></style><img src="//evil.invalid" onerror="x()">
| # `x` {{ 7 * 7 }} [link](javascript:alert(2))"""


class Elements(HTMLParser):
    """Every element with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.found.append((tag, dict(attrs)))


def text(files: dict[str, bytes], name: str) -> str:
    return files[name].decode()


def test_a_card_tells_standing_quality_slices_evidence_and_contract(facts: MakeFacts) -> None:
    card = text(render(facts()), "card.md")
    for said in (
        "**champion, version 4** · **evaluation: refused** · **serving: no evidence**",
        "Champion under version 4 since 2013-04-01T00:00:00Z, by ada",
        "| roc\\_auc | 0.714 | 0.69 to 0.73 | at least 0.62 |",
        "| ece | – | – | – |",
        "| 5 ≤ wind\\_speed \\< 20 | 200 | brier | 0.16 | 0.1 to 0.22 | at most 0.2 | blessed |",
        "| port = EWR | 99 | roc\\_auc | 0.7 | 0.66 to 0.74 | at least 0.62 | blessed |",
        "| roc\\_auc | 0.714 | 0.7 (cccccccccccccccc) | 0.014 | -0.01 to 0.04 | 17 | blessed |",
        "There is no serving blessing of this bundle.",
        "| wind\\_speed | float or null | ≥ 0, \\< 250 | mi/h |",
        "![ROC curve](roc.svg)",
        "    mooring reproduce ferry --bundle ",
    ):
        assert said in card


@pytest.mark.parametrize(
    ("kind", "drawn"),
    [
        ("probability", {"roc", "calibration", "slices", "champion"}),
        ("number", {"calibration", "residuals", "slices", "champion"}),
    ],
)
def test_the_pictures_are_those_of_the_kind(facts: MakeFacts, kind: str, drawn: set[str]) -> None:
    files = render(facts(kind))
    assert set(files) == {"card.md", "card.html", *(f"{name}.svg" for name in drawn)}
    for name in drawn:
        root = ElementTree.fromstring(files[f"{name}.svg"])
        assert root.tag.endswith("svg")
        assert b"currentColor" not in files[f"{name}.svg"]
        assert f'id="{name}-figure_1"' in text(files, "card.html")


def test_slices_by_several_metrics_share_no_axis(facts: MakeFacts) -> None:
    picture = text(render(facts()), "slices.svg")
    assert 'id="slices-axes_2"' in picture
    assert "brier; the upright bar" in picture
    assert "roc_auc; the upright bar" in picture


def test_a_bundle_without_curves_or_evidence_still_has_a_card(facts: MakeFacts) -> None:
    older = metrics("probability")
    del older["declared"], older["holdout"]["curves"]
    files = render(facts(judged=False, measured=older))
    assert set(files) == {"card.md", "card.html"}
    card = text(files, "card.md")
    assert "No curves are recorded in this bundle" in card
    assert "There is no evaluation blessing of this bundle." in card
    assert "Not recorded here" in card
    assert "No reference for drift is in this bundle" in card


def test_a_bundle_with_a_reference_says_what_it_is_for(facts: MakeFacts) -> None:
    made = facts()
    bundle = replace(made.bundle, files={**made.bundle.files, REFERENCE: b"{}"})
    card = text(render(replace(made, bundle=bundle)), "card.md")
    assert "is compared with these rows, day by day" in card


def test_a_bundle_whose_metrics_nobody_can_read_has_none(facts: MakeFacts) -> None:
    with pytest.raises(BundleUnreadable, match=r"metrics\.json: holdout\.rows: Field required"):
        facts(measured={"holdout": {**LATER, "metrics": {}}, "parity": {}})


def test_the_same_facts_give_the_same_bytes(facts: MakeFacts) -> None:
    assert render(facts()) == render(facts())


PROGRAM = """
import hashlib, sys
from pathlib import Path
from mooring.card.conftest import facts
from mooring.card.render import render
files = render(facts.__wrapped__(Path(sys.argv[1]))())
print({name: hashlib.sha256(content).hexdigest() for name, content in files.items()})
"""


def test_other_processes_give_the_same_bytes(facts: MakeFacts, tmp_path: object) -> None:
    said = set()
    for seed, zone in (("1", "Pacific/Auckland"), ("9", "America/Los_Angeles")):
        environ = {"PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": ":".join(sys.path)}
        command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
        said.add(done.stdout)
    assert len(said) == 1


def test_hostile_words_stay_words(facts: MakeFacts) -> None:
    files = render(facts(said=HOSTILE))
    page = text(files, "card.html")
    found = Elements(page).found
    assert {tag for tag, _ in found} & {"script", "img", "iframe", "link", "object", "a"} == set()
    assert [name for _, given in found for name in given if name.startswith("on")] == []
    assert page.count("<style") == 1 + page.count('<style type="text/css">')
    assert "{{ 7 * 7 }}" in page
    card = text(files, "card.md")
    assert not re.search(r"(?<!\\)<(script|img)", card)
    assert not re.search(r"(?<!\\)\]\(javascript", card)
    for name in files:
        if name.endswith(".svg"):
            tags = {
                element.tag.split("}")[1] for element in ElementTree.fromstring(files[name]).iter()
            }
            assert tags & {"script", "image", "foreignObject", "a"} == set()


def test_the_page_asks_nobody_for_anything(facts: MakeFacts) -> None:
    page = text(render(facts()), "card.html")
    named = [
        value
        for _, given in Elements(page).found
        for name, value in given.items()
        if name in {"src", "href", "xlink:href", "data", "action"} and value
    ]
    assert [value for value in named if not value.startswith("#")] == []
    assert "default-src 'none'" in page
    assert "@import" not in page
