"""How often what labels show lies in the band that was drawn before they came.

    python -m tests.calibration.bands [--weeks 100]    a Markdown table

Days after the champion's training are dealt anew for each week, which takes their season away: 17
are the reference, 7 the week. Scores mean what they meant, so 95 of 100 should lie inside. Beside
it, the same of weeks in their own order with the champion's own first 17 days: what a band cannot
see is there as well.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mooring.drift.bins import SCORE
from mooring.drift.outcomes import Outcomes, OutcomeSums, outcomes_of
from mooring.drift.reference import BlockedBins
from mooring.monitor.judging.cells import Cells
from mooring.monitor.judging.estimated import estimated
from mooring.monitor.judging.figures import Measure
from mooring.monitor.judging.forecast import Forecast
from mooring.monitor.judging.realised import realised
from mooring.monitor.judging.summary import DaySummary
from tests.calibration.clustered import REFERENCE, SEED, WINDOW
from tests.calibration.days import Answers, answers, counted, reference

Days = NDArray[np.intp]
Found = tuple[Mapping[str, Measure], Mapping[str, Measure]]


def judged(first: Days, week: Days) -> Found:
    """What was expected of a week by a reference of the days `first`, and what came."""
    outcomes = _outcomes(first)
    frozen = reference().model_copy(update={"outcomes": outcomes, "features": (_scored(first),)})
    days = [_summary(outcomes, day) for day in week.tolist()]
    return estimated(frozen, days), realised("probability", days)


def dealt(weeks: int) -> Iterator[Found]:
    """Weeks of days that are dealt anew."""
    chance = np.random.default_rng(SEED)
    for _ in range(weeks):
        deal = chance.permutation(_count())
        yield judged(deal[:REFERENCE], deal[REFERENCE : REFERENCE + WINDOW])


def in_order() -> Iterator[Found]:
    """Every week after the first 17 days."""
    days = np.arange(_count())
    for start in range(REFERENCE, len(days) - WINDOW + 1, WINDOW):
        yield judged(days[:REFERENCE], days[start : start + WINDOW])


def inside(found: Iterator[Found]) -> dict[str, tuple[float, float]]:
    """The share of each measure that lay inside, and the mean width of its bands."""
    hits: dict[str, list[tuple[bool, float]]] = {}
    for bands, came in found:
        for name, band in bands.items():
            held = band.lower <= came[name].value <= band.upper
            hits.setdefault(name, []).append((held, band.upper - band.lower))
    return {n: (float(np.mean([h for h, _ in each])), float(np.mean([w for _, w in each])))
            for n, each in hits.items()}  # fmt: skip


def _count() -> int:
    return int(answers().day.max()) + 1


def _outcomes(days: Days) -> Outcomes:
    rows = _of(days)
    _, block = np.unique(rows.day, return_inverse=True)
    return outcomes_of("probability", rows.scores, rows.labels, block)


def _scored(days: Days) -> BlockedBins:
    scored = reference().feature(SCORE)
    counts = day_scores()[np.sort(days)]
    return scored.model_copy(
        update={
            "rows": tuple(counts.sum(axis=0).tolist()),
            "by_block": tuple(map(tuple, counts.tolist())),
        }
    )


@cache
def day_scores() -> Days:
    """Rows by day and bin of the score, shape (days, bins)."""
    scored = reference().feature(SCORE)
    return counted(answers().day, scored.bins.assign(answers().scores), len(scored.rows))


def _summary(outcomes: Outcomes, day: int) -> DaySummary:
    rows = _of(np.array([day]))
    return DaySummary(
        version=1,
        day=date.fromordinal(day + 1),
        rows=len(rows.day),
        labelled=len(rows.day),
        outcomes=OutcomeSums.of(outcomes.curve, rows.scores, rows.labels),
        forecast=Forecast.of(outcomes.curve, rows.scores),
        cells=Cells.of(rows.scores, rows.labels),
    )


def _of(days: Days) -> Answers:
    every = answers()
    held = np.isin(every.day, days)
    return Answers(every.day[held], every.scores[held], every.labels[held])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--weeks", type=int, default=100)
    weeks = parser.parse_args().weeks
    say = sys.stdout.write
    shuffled, real = inside(dealt(weeks)), inside(in_order())
    say("| measure | inside, days dealt anew | mean width | inside, weeks in order |\n")
    say("|---|---|---|---|\n")
    for name, (share, width) in shuffled.items():
        say(f"| {name} | {share:.2f} | {width:.3f} | {real[name][0]:.2f} |\n")


if __name__ == "__main__":
    main()
