"""The whole report: a line of facts at the top, then the sections."""

from __future__ import annotations

from collections.abc import Iterator

from mooring.report.distributions import distributions, over_time
from mooring.report.facts import Facts, Watched
from mooring.report.history import broken, incidents, versions
from mooring.report.quality import coverage, evidence, quality, sliced
from mooring.report.said import briefly, within
from mooring.report.view import Section, Tile, View


def view(facts: Facts, links: tuple[tuple[str, str], ...] = ()) -> View:
    """Say what the facts say."""
    title = facts.model
    lead = f"What came in and what came true, {facts.first} to {facts.last} by event time (UTC)."
    return View(title, lead, tuple(_tiles(facts)), tuple(_sections(facts)), links)


def _sections(facts: Facts) -> Iterator[Section]:
    yield evidence(facts)
    yield quality(facts)
    yield distributions(facts)
    if (found := over_time(facts)) is not None:
        yield found
    yield sliced(facts)
    yield coverage(facts)
    yield broken(facts)
    yield incidents(facts)
    yield versions(facts)


def _tiles(facts: Facts) -> Iterator[Tile]:
    champion = facts.release.champion
    rows = sum(day.rows for day in facts.days)
    yield Tile("champion", f"version {champion.version}" if champion else "none")
    yield Tile("rows", f"{rows:,}", f"{len({day.day for day in facts.days}):,} days")
    yield _alarms(facts)
    yield _flagged(facts)
    yield _sound(facts)
    yield from _realised(facts)
    live = sum(each.live for each in facts.incidents)
    yield Tile("incidents", f"{len(facts.incidents)}", f"{live} under way" if live else "")


def _alarms(facts: Facts) -> Tile:
    watched: list[Watched] = [*facts.windows[-1:], *facts.cohorts[-1:]]
    if not watched:
        return Tile("asks for a retrain", "nothing judged yet")
    last = max(each.reign for each in watched)
    alarms = {name for each in watched if each.reign == last for name in each.evidence.alarms}
    said = ", ".join(sorted(alarms)) or "nothing"
    return Tile("asks for a retrain", said, "at the end of this time", not alarms)


def _flagged(facts: Facts) -> Tile:
    judged = [each.judged for each in facts.windows if each.judged.features]
    if not judged:
        return Tile("features flagged", "–", "no window tested")
    flagged = [name for name, each in judged[-1].features.items() if each.flagged]
    tested = sum(each.counts for each in judged[-1].features.values())
    return Tile(
        "features flagged", f"{len(flagged)} of {tested}", briefly(judged[-1].window), not flagged
    )


def _sound(facts: Facts) -> Tile:
    judged = [each.judged for each in facts.windows if each.judged.rows]
    if not judged:
        return Tile("data", "–", "no window judged")
    kinds = sorted(judged[-1].soundness.kinds)
    days = len(judged[-1].broken)
    said = ", ".join(kinds) or (f"{days} broken days" if days else "sound")
    return Tile("data", said, briefly(judged[-1].window), said == "sound")


def _realised(facts: Facts) -> Iterator[Tile]:
    measured = [each.judged for each in facts.cohorts if each.judged.realised]
    if measured:
        for name in ("log_loss", "mae"):
            if name in measured[-1].realised:
                told = within(measured[-1].realised[name]).split(" ", 1)
                yield Tile(f"realised {name}", told[0], told[1] if len(told) > 1 else "")
        yield Tile("coverage", f"{measured[-1].coverage:.1%}", briefly(measured[-1].window))
