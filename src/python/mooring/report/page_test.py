"""The page itself: what it says, that nothing from outside is markup in it, and a real browser."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from mooring.monitor.incidents.incident import Incident, Step
from mooring.monitor.judging.testing.rides import FIRST
from mooring.observability.programs import CHROMIUM
from mooring.observability.testing.programs import path_or_skip
from mooring.report.conftest import Seen
from mooring.report.facts import Distribution, Facts, Slice, Span
from mooring.report.page import to_html
from mooring.report.testing.browser import shown

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"

# Elements and attributes that a browser fetches something for.
FETCHING = {"script", "link", "img", "iframe", "object", "embed", "image", "use", "base"}
ADDRESSES = {"src", "srcset", "xlink:href", "action", "data", "poster"}


class Fetched(HTMLParser):
    """What a page would have a browser fetch, or run."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in FETCHING:
            self.found.append(tag)
        self.found += [n for n, _ in attrs if n in ADDRESSES or n.startswith("on")]
        self.found += [v or "" for n, v in attrs if n == "href" and not (v or "").startswith("#")]


def hostile(facts: Facts) -> Facts:
    """The same with names from outside that try to be markup, wherever there may be some."""
    found, sliced = facts.distributions, facts.slices
    assert found is not None
    assert sliced is not None
    named = Distribution("town", (f"00 {HOSTILE}", "99 missing"), (3, 1), (1, 3), None)
    each = Slice(f"00 {HOSTILE}", 40, sliced.whole)
    incident = Incident(
        "i1", HOSTILE, "score", "k", alarm_at=1.0, requested_at=2.0, state="failed", why=HOSTILE,
        steps=(Step(1.0, "training", HOSTILE),), delta={HOSTILE: (0.1, 0.0, 0.2)},
    )  # fmt: skip
    return replace(
        facts,
        model=HOSTILE,
        distributions=replace(found, every=(*found.every, named)),
        slices=replace(sliced, by_feature={**sliced.by_feature, HOSTILE: (each, each)}),
        labels={HOSTILE: 3},
        incidents=(incident,),
        objectives={"log_loss": 0.5},
    )


@pytest.mark.parametrize(
    "said",
    [
        pytest.param("cannot see concept drift or a shift of the base rate", id="its limits"),
        pytest.param("one false alarm in 13 windows", id="the budget"),
        pytest.param("residual (critical), p", id="the figures behind the evidence"),
        pytest.param("distance: unit", id="a bug of the data"),
        pytest.param("realised log_loss", id="what came true"),
        pytest.param("no values of them: rider", id="what is not shown, and why"),
        pytest.param("not testable: fewer than two bins", id="what cannot be tested, and why"),
        pytest.param("labels, since the tables began", id="what became of labels"),
        pytest.param("A cohort waits 3 days for them", id="how long labels took"),
        pytest.param("There was none.", id="that there was no incident"),
    ],
)
def test_it_says(seen: Seen, said: str) -> None:
    assert said in to_html(seen.facts())


def test_the_same_facts_give_the_same_bytes(seen: Seen) -> None:
    assert to_html(seen.facts()) == to_html(seen.facts())


def test_it_asks_for_nothing_from_outside(seen: Seen) -> None:
    page = to_html(hostile(seen.facts()))
    assert Fetched(page).found == []
    assert [each for each in ("http:", "https:", "url(", "@import") if each in page] == []


def test_a_name_of_a_sensitive_category_is_nowhere(seen: Seen) -> None:
    assert "somebody" not in to_html(seen.facts())


def test_a_day_that_no_window_holds_has_a_page(seen: Seen) -> None:
    page = to_html(seen.facts(Span(FIRST, FIRST)))
    assert "nothing is tested" in page
    assert "No window has closed yet: a window has 7 days, and its labels 3 more" in page


def test_a_browser_shows_every_picture_and_complains_of_nothing(seen: Seen, tmp_path: Path) -> None:
    chromium = path_or_skip(CHROMIUM)
    page = tmp_path / "report.html"
    page.write_text(to_html(hostile(seen.facts())))
    found = shown(chromium, page, tmp_path / "profile")
    assert found.console == ()
    assert found.document.count("<svg") == page.read_text().count("<svg") > 15
    assert "<script" not in found.document
    assert "<img" not in found.document


def test_a_browser_that_is_asked_to_fetch_complains(tmp_path: Path) -> None:
    chromium = path_or_skip(CHROMIUM)
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><script>console.error('no')</script><p>hello</p>")
    assert shown(chromium, page, tmp_path / "profile").console
