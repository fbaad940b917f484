"""The whole study: what ours and others say to the same traffic, and each part by itself."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np

from mooring.drift.bins import SCORE
from mooring.drift.clustered import compare
from mooring.drift.watch import Watch
from tests.calibration import oracles
from tests.calibration.alarms import QUARTER, STATISTICS, a_quarter, false_alarms, judged
from tests.calibration.deals import Verdicts, deals, in_order
from tests.calibration.detectors import Runs, delayed, silent
from tests.calibration.estimates import Month, months
from tests.calibration.found import Found, bugs, first_weeks, found, names, of_rows, told_apart
from tests.calibration.parts import Part, parts
from tests.calibration.peers import beside
from tests.calibration.thresholds import RULES, verdicts
from tests.calibration.traffic import CHANGES, Change, Traffic, refused, unchanged

# Simulated runs without a change, on budgets of windows for so many statistics, alike or not.
BUDGETS = ((13, 1, False), (13, 3, False), (13, 3, True), (90, 1, False), (90, 3, False))
BETAS = (0.5, 0.2, 0.1, 0.05)

# Of which the contract refuses most rows.
_ROGUE = next(change for change in CHANGES if change.name == "distance × 100")

Each = TypeVar("Each")


@dataclass(frozen=True)
class Sizes:
    """How much is computed: years for ours, for the classifier, for others and for the slowest of
    these, evidently; simulated runs.
    """

    years: int = 200
    told: int = 20
    others: int = 10
    evidently: int = 4
    runs: int = 1_000


@dataclass(frozen=True)
class Ours:
    """What ours finds of one change.

    `index` is how far the whole year's score has moved, as `clustered` has it; `told` the share of
    years whose first week the classifier tells at 0.05, NaN where only labels have changed.
    """

    change: Change
    found: Found
    index: float
    told: float


@dataclass(frozen=True)
class Week:
    """A week of the real year in its order: evidence by statistic, whether it alarmed, and what was
    named or taken for a bug.
    """

    evidence: Mapping[str, float]
    alarms: tuple[str, ...]
    named: frozenset[str]
    broken: frozenset[str]


@dataclass(frozen=True)
class Study:
    """All that is published."""

    sizes: Sizes
    false_alarms: tuple[float, float]
    worst: int
    quiet_bugs: float
    quiet_names: float
    ours: tuple[Ours, ...]
    told: Mapping[str, tuple[float, float]]
    parts: Mapping[str, Part]
    real: tuple[Week, ...]
    others: Mapping[str, Verdicts]
    silent: Mapping[tuple[int, int, bool], Runs]
    delayed: Mapping[float, Runs]
    oracles: Mapping[str, float]
    merged: Mapping[str, float]
    months: tuple[Month, ...]
    refused: float


def study(sizes: Sizes, program: Sequence[str] = (), changes: Sequence[Change] = CHANGES) -> Study:
    """Compute everything, and say on stderr how far it is; minutes for each hundred years."""
    alarms, weeks = false_alarms(sizes.years)
    quiet = list(first_weeks(sizes.years))
    return Study(
        sizes=sizes,
        false_alarms=a_quarter(alarms, weeks),
        worst=max(alarms),
        quiet_bugs=float(np.mean([bool(bugs(unchanged(), week)) for _, week in quiet])),
        quiet_names=float(np.mean([bool(names(unchanged(), window)) for window in quiet])),
        ours=tuple(_ours(change, sizes) for change in _told("changes", changes)),
        told=_classifiers(changes, sizes.told),
        parts=parts(sizes.years),
        real=tuple(_real()),
        others=_others(changes, sizes, program),
        silent={key: silent(*key[:2], sizes.runs, alike=key[2]) for key in _told("ARL", BUDGETS)},
        delayed={a: delayed(QUARTER, 3, sizes.runs, a) for a in BETAS},
        oracles=_oracles(sizes.runs),
        merged=oracles.merged(8),
        months=tuple(months()),
        refused=refused(_ROGUE.traffic(), "distance"),
    )


def _ours(change: Change, sizes: Sizes) -> Ours:
    after = change.traffic()
    counts = unchanged().counts[SCORE], after.counts[SCORE]
    told = np.nan
    if after.columns is not unchanged().columns:
        told = _share(told_apart(after, of_rows(), sizes.told))
    return Ours(change, found(after, sizes.years), compare(*counts).index, told)


def _classifiers(changes: Sequence[Change], years: int) -> Mapping[str, tuple[float, float]]:
    """Of no change and of those of how features go together: the share of years that a classifier
    tells at 0.05, by features of rows and by all of them.
    """
    every = frozenset(unchanged().columns)
    rows = {"nothing": unchanged()}
    rows |= {c.name: c.traffic() for c in changes if c.kind == "correlation"}
    return {
        name: (_share(told_apart(each, of_rows(), years)), _share(told_apart(each, every, years)))
        for name, each in _told("classifiers", rows.items())
    }


def _share(p: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    return float((p < 0.05).mean())


def _real() -> Iterator[Week]:
    """The detectors begin anew after an alarm, against one reference all year."""
    deal, watch, rows = in_order(), Watch.over(STATISTICS, QUARTER), unchanged()
    first = np.array(deal.reference)
    for days in deal.quiet:
        week = np.array(days)
        watch = watch.after(judged(rows.sums, first, rows.sums, week))
        evidence = {name: detector.evidence for name, detector in watch.detectors.items()}
        yield Week(evidence, watch.alarms, names(rows, (first, week)), bugs(rows, week))
        watch = watch.again() if watch.alarms else watch


def _others(
    changes: Sequence[Change], sizes: Sizes, program: Sequence[str]
) -> Mapping[str, Verdicts]:
    traffic: dict[str, Traffic] = {change.name: change.traffic() for change in changes}
    dealt, real = deals(sizes.others), in_order()
    with TemporaryDirectory() as folder:
        handed = beside.Handed(unchanged(), traffic, tuple(dealt), real, sizes.evidently)
        theirs = beside.verdicts(handed, Path(folder), program)
    lines = {
        name: verdicts(rule, unchanged(), traffic, dealt, real)
        for name, rule in _told("fixed lines", RULES.items())
    }
    return {**lines, **theirs}


def _oracles(runs: int) -> Mapping[str, float]:
    return {
        "t": oracles.shift_beside_t_test(runs),
        "chi2": oracles.psi_beside_chi2(runs),
        "blocks": oracles.blocks_beside_chi2(runs),
        "ncx2": oracles.size_at_least_effect(5 * runs, 0.05),
        "ks": oracles.size_of_ks(runs),
    }


def _told(what: str, each: Iterable[Each]) -> Iterator[Each]:
    """Pass on, and say how far it is."""
    every = list(each)
    for number, one in enumerate(every, 1):
        sys.stderr.write(f"\r{what}: {number} of {len(every)}")
        sys.stderr.flush()
        yield one
    sys.stderr.write("\n")
