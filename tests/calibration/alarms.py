"""How often what may ask for a retrain does so without a reason, and how soon with one.

    python -m tests.calibration.alarms [--years 200]    a Markdown table

Days after the champion's training are dealt anew in each year, which takes their season away: 17
are the reference, then come weeks of seven days. What alarms then is a false alarm. A concept is
injected after thirteen weeks, into the labels alone: nothing but they can tell.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mooring.drift.bins import SCORE
from mooring.drift.clustered import compare
from mooring.drift.effect import LEAST_EFFECT_OF_SCORE
from mooring.drift.shift import shift
from mooring.drift.watch import Watch
from tests.calibration.clustered import REFERENCE, SEED, WINDOW
from tests.calibration.days import Answers, Days, Floats, answers, counted, reference

QUARTER = 13

# A mean chance that is off by so much, and a loss beyond the expected one, in nats.
LEAST_RESIDUAL, LEAST_LOSS = 0.02, 0.01
STATISTICS = ("score", "residual", "loss")

Weeks = list[NDArray[np.intp]]

# Labels as they are after a change, from those before it and a number from 0 to 1 for each.
Concept = Callable[[Floats, Floats], Floats]

CONCEPTS: Mapping[str, Concept] = {
    "1 in 5 punctual flights is late": lambda y, u: np.maximum(y, u < 0.2),
    "1 in 10 punctual flights is late": lambda y, u: np.maximum(y, u < 0.1),
    "3 in 4 late flights are punctual": lambda y, u: np.minimum(y, u < 0.25),
    "1 in 4 labels is turned": lambda y, u: np.where(u < 0.25, 1.0 - y, y),
}


@dataclass(frozen=True)
class Sums:
    """By day: rows in the score's bins, rows, and sums of y − p and of the loss that is beyond the
    expected one.
    """

    bins: Days
    rows: Floats
    residual: Floats
    loss: Floats

    @classmethod
    def of(cls, rows: Answers, labels: Floats) -> Sums:
        """Of answers whose labels are these."""
        p = np.clip(rows.scores, 1e-6, 1.0 - 1e-6)
        scored = reference().feature(SCORE)
        beyond = (p - labels) * np.log(p / (1.0 - p))
        return cls(
            counted(rows.day, scored.bins.assign(rows.scores), len(scored.rows)),
            *(_by_day(rows, values) for values in (np.ones_like(p), labels - p, beyond)),
        )


def _by_day(rows: Answers, values: Floats) -> Floats:
    return np.asarray(np.bincount(rows.day, weights=values), dtype=np.float64)


def judged(
    then: Sums, first: NDArray[np.intp], now: Sums, week: NDArray[np.intp]
) -> Mapping[str, float]:
    """The p-value of each statistic, of days `week` of `now` against days `first` of `then`."""
    residual = shift(then.residual[first], then.rows[first], now.residual[week], now.rows[week])
    loss = shift(then.loss[first], then.rows[first], now.loss[week], now.rows[week])
    return {
        "score": compare(then.bins[first], now.bins[week]).p_value(LEAST_EFFECT_OF_SCORE),
        "residual": residual.p_value(LEAST_RESIDUAL),
        "loss": loss.p_value(LEAST_LOSS),
    }


def false_alarms(years: int) -> tuple[list[int], int]:
    """False alarms of each year, of any statistic, and the weeks of all years."""
    sums = Sums.of(answers(), answers().labels)
    found, weeks = [], 0
    for first, rest in dealt(years, len(sums.rows)):
        watch, alarms = Watch.over(STATISTICS, QUARTER), 0
        for week in rest:
            watch = watch.after(judged(sums, first, sums, week))
            if watch.alarms:
                alarms, watch = alarms + 1, watch.again()
        found.append(alarms)
        weeks += len(rest)
    return found, weeks


def delays(after: Sums, years: int) -> list[int]:
    """In each year, the weeks from a change to the alarm; those that alarmed in the quarter before
    it begin again, as after a retrain.
    """
    before = Sums.of(answers(), answers().labels)
    return [_delay(before, after, *year) for year in dealt(years, len(before.rows))]


def changed(concept: Concept) -> Sums:
    """The sums of a year of another concept."""
    chance = np.random.default_rng(SEED).random(len(answers().labels))
    return Sums.of(answers(), concept(answers().labels, chance))


def _delay(before: Sums, after: Sums, first: NDArray[np.intp], rest: Weeks) -> int:
    watch = Watch.over(STATISTICS, QUARTER)
    for week in rest[:QUARTER]:
        watch = watch.after(judged(before, first, before, week))
        watch = watch.again() if watch.alarms else watch
    for passed, week in enumerate(rest[QUARTER:], 1):
        watch = watch.after(judged(before, first, after, week))
        if watch.alarms:
            return passed
    return len(rest)


def dealt(years: int, days: int) -> Iterator[tuple[NDArray[np.intp], Weeks]]:
    """Years whose days are dealt anew: the reference's, and those of each week after it."""
    chance = np.random.default_rng(SEED)
    for _ in range(years):
        order = chance.permutation(days)
        starts = range(REFERENCE, days - WINDOW + 1, WINDOW)
        yield order[:REFERENCE], [order[start : start + WINDOW] for start in starts]


def a_quarter(alarms: list[int], weeks: int) -> tuple[float, float]:
    """False alarms in a quarter, and their one-sided 95 % upper bound over years."""
    each = np.array(alarms) * len(alarms) / weeks * QUARTER
    return float(each.mean()), float(each.mean() + 1.645 * each.std(ddof=1) / np.sqrt(len(each)))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--years", type=int, default=200)
    years = parser.parse_args().years
    mean, bound = a_quarter(*false_alarms(years))
    say = sys.stdout.write
    say(f"False alarms a quarter: {mean:.2f}, at most {bound:.2f} (95 %), over {years} years.\n\n")
    say("| concept | found within 1 week | 3 weeks | median weeks |\n|---|---|---|---|\n")
    for name, concept in CONCEPTS.items():
        weeks = np.array(delays(changed(concept), years))
        say(f"| {name} | {(weeks <= 1).mean():.2f} | {(weeks <= 3).mean():.2f} ")
        say(f"| {np.median(weeks):.0f} |\n")


if __name__ == "__main__":
    main()
