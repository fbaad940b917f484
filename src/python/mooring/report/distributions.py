"""The sections on what came in: each feature and the score against the reference."""

from __future__ import annotations

import math
from collections.abc import Iterator

from mooring.drift.bins import SCORE
from mooring.monitor.judging.difference import Difference
from mooring.report.facts import Distribution, Facts
from mooring.report.rows import shares
from mooring.report.said import chance, days_of, named
from mooring.report.svg import number
from mooring.report.timeline import grid
from mooring.report.view import Picture, Section

_READ = (
    "Each bin's share of the rows, of the reference and of the window. The index is the PSI over "
    "these bins; beyond its critical value it differs by more than what matters, with one chance "
    "in a hundred of being wrong. Features that are flagged are those that Benjamini and Hochberg "
    "leave among all that were tested: they explain, and ask for nothing. Seasonal features are "
    "tested and never flagged, since the reference does not cover their season."
)
_KEYS = (("then", "reference"), ("now", "window"))
_OVER_TIME = (
    "The index of each feature beside its critical value, window by window; rest the pointer on a "
    "cell for its figures."
)
_CELL_KEYS = (
    ("calm", "below half of the critical index"),
    ("near", "below it"),
    ("over", "beyond it"),
    ("flagged", "flagged"),
    ("seasonal", "seasonal, beyond it"),
    ("untested", "not testable"),
)


def distributions(facts: Facts) -> Section:
    """Bars of the newest window."""
    found = facts.distributions
    if found is None:
        return Section("distributions", "Distributions", (facts.untold,))
    when = f"Version {found.version}, {days_of(found.window)}"
    open_ = "" if found.judged else "; no window of it has closed yet, so nothing is tested"
    ordered = sorted(found.every, key=_urgency)
    pictures = tuple(_picture(each) for each in ordered if each.then)
    hidden = [each.name for each in ordered if not each.then]
    text = [f"{when}{open_}.", _READ]
    if hidden:
        text.append(f"Not shown, since the log holds no values of them: {', '.join(hidden)}.")
    return Section("distributions", "Distributions", tuple(text), _KEYS, pictures=pictures)


def over_time(facts: Facts) -> Section | None:
    """A cell for each feature and window; None before the first window."""
    judged = [w.judged for w in facts.windows if w.judged.rows]
    if not judged:
        return None
    dates = [each.window.start for each in judged]
    cells = {
        (named(name), each.window.start): _cell(name, found)
        for each in judged
        for name, found in {SCORE: each.score, **each.features}.items()
    }
    names = list(dict.fromkeys(name for name, _ in cells))
    picture = Picture(grid(names, list(dict.fromkeys(dates)), cells))
    return Section(
        "features", "Features over time", (_OVER_TIME,), _CELL_KEYS, wide=(picture,)
    )  # fmt: skip


def _picture(found: Distribution) -> Picture:
    return Picture(shares(found), named(found.name), tuple(_tags(found.difference)))


def _tags(found: Difference | None) -> Iterator[tuple[str, str]]:
    if found is None:
        return
    if not found.testable:
        yield f"not testable: {found.untestable}", "soft"
        return
    if found.flagged:
        yield "flagged", "bad"
    elif found.psi > found.critical:
        yield "beyond its critical index", "soft" if found.seasonal else "bad"
    if found.seasonal:
        yield "seasonal", "soft"
    yield f"index {number(found.psi)}, critical {number(found.critical)}", "soft"
    yield f"p {chance(found.p)}", "soft"


def _cell(name: str, found: Difference) -> tuple[str, str]:
    if not found.testable:
        return "untested", f"{named(name)}: not testable, {found.untestable}"
    share = found.psi / found.critical if found.critical > 0 else math.inf
    beyond = "seasonal" if found.seasonal else "flagged" if found.flagged else "over"
    class_ = "calm" if share < 0.5 else "near" if share < 1 else beyond
    said = f"index {number(found.psi)}, critical {number(found.critical)}, p {chance(found.p)}"
    return "flagged" if found.flagged else class_, f"{named(name)}: {said}"


def _urgency(found: Distribution) -> tuple[bool, bool, float]:
    """The score first, then what differs most for its critical index."""
    told = found.difference
    share = told.psi / told.critical if told and told.testable and told.critical > 0 else 0.0
    return found.name != SCORE, not (told and told.flagged), -share
