"""The sections on what happened: broken data, incidents and retrains, versions."""

from __future__ import annotations

from collections.abc import Iterator

from mooring.monitor.incidents.incident import Incident
from mooring.report.facts import Facts, WatchedWindow
from mooring.report.said import days_of, moment
from mooring.report.svg import number
from mooring.report.view import Section, Table

_BROKEN = (
    "What looks like a bug of the data rather than drift: a unit that moved, missing values, names "
    "that nobody knows. It blocks a retrain; broken days are left out of the score, the residual "
    "and the loss. What breaks the contract is refused by the gateway and never logged."
)


def broken(facts: Facts) -> Section:
    """Windows that show a bug, hold rows of another contract, or lack days."""
    rows = tuple(row for each in facts.windows if each.judged.rows for row in _findings(each))
    if not rows:
        return Section("data", "Data", (_BROKEN, "No window of this time shows any."))
    return Section("data", "Data", (_BROKEN,), table=Table(("window", "version", "found"), rows))


def incidents(facts: Facts) -> Section:
    """Every incident of the model, the newest first."""
    if not facts.incidents:
        return Section("incidents", "Incidents and retrains", ("There was none.",))
    rows = tuple(_incident(each) for each in reversed(facts.incidents))
    header = ("incident", "asked for", "reason", "state", "why", "way", "bundle", "difference")
    return Section("incidents", "Incidents and retrains", table=Table(header, rows, _IDS))


def versions(facts: Facts) -> Section:
    """The champions that were watched, and who stands in the release now."""
    release = facts.release
    roles = {
        each.bundle: role
        for role, each in (("champion", release.champion), ("challenger", release.challenger))
        if each is not None
    }
    rows = tuple(
        (
            f"{reign.version}",
            reign.bundle[:16],
            moment(reign.since) if reign.since else "the beginning",
            str(reign.first or "–"),
            roles.get(reign.bundle, "former"),
        )
        for reign in reversed(facts.reigns)
    )
    text = []
    if release.challenger is not None:
        text.append(f"Version {release.challenger.version} is tried beside the champion.")
    header = ("version", "bundle", "champion since (event time)", "judged from", "now")
    return Section("versions", "Versions", tuple(text), table=Table(header, rows, frozenset({1})))


_IDS = frozenset({0, 6})


def _findings(each: WatchedWindow) -> Iterator[tuple[str, str, str]]:
    judged = each.judged
    told = days_of(judged.window), str(judged.version)
    for feature, kinds in judged.soundness.features.items():
        yield *told, f"{feature}: {', '.join(kinds)}"
    if judged.broken:
        yield *told, f"broken by themselves: {', '.join(map(str, judged.broken))}"
    if judged.other_contracts:
        rows = sum(judged.other_contracts.values())
        yield *told, f"{rows:,} rows under another contract, which are in nothing else"
    if judged.absent:
        yield *told, f"no rows on {', '.join(map(str, judged.absent))}"


def _incident(each: Incident) -> tuple[str, ...]:
    delta = [
        f"{name} {number(v)} ({number(low)} to {number(high)})"
        for name, (v, low, high) in each.delta.items()
    ]
    return (
        each.id,
        moment(each.requested_at),
        each.reason,
        each.state.replace("_", " "),
        each.why or "–",
        " → ".join(step.state.replace("_", " ") for step in each.steps) or "–",
        (each.bundle or "–")[:16],
        "; ".join(delta) or "–",
    )
