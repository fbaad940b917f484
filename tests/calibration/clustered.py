"""How often windows of the real year are called different when nothing but chance is.

    python -m tests.calibration.clustered [--runs 400]    a Markdown table

Days of 2013 are dealt anew in each run, which takes their season away: 17 are the reference, as
many as `flight_delay` has, and 7 the window. What a test finds then is a false alarm. Beside the
test for blocks stands the one for independent rows, which is right where rows are.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mooring.drift.clustered import compare
from mooring.drift.effect import p_value
from mooring.drift.psi import psi
from tests.calibration.days import Days, day_counts

REFERENCE, WINDOW = 17, 7
SEED = 20130401

Test = Callable[[Days, Days], float]


def of_blocks(reference: Days, window: Days) -> float:
    """The p-value of whole days."""
    return compare(reference, window).p_value(0.0)


def of_rows(reference: Days, window: Days) -> float:
    """The p-value of rows that are taken for independent."""
    first, second = reference.sum(axis=0), window.sum(axis=0)
    held = first + second > 0
    index = psi(first[held], second[held])
    return float(p_value(index, first.sum(), second.sum(), held.sum(), 0.0))


def false_findings(days: Days, test: Test, runs: int) -> NDArray[np.float64]:
    """The p-values of `runs` deals, shape (runs,)."""
    chance = np.random.default_rng(SEED)
    deals = (chance.permutation(len(days))[: REFERENCE + WINDOW] for _ in range(runs))
    return np.array([test(days[deal[:REFERENCE]], days[deal[REFERENCE:]]) for deal in deals])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=400)
    runs = parser.parse_args().runs
    say = sys.stdout.write
    say("| feature | blocks, p < 0.05 | p < 0.01 | rows, p < 0.05 | p < 0.01 |\n")
    say("|---|---|---|---|---|\n")
    for feature, days in day_counts().items():
        found = [false_findings(days, test, runs) for test in (of_blocks, of_rows)]
        shares = [f"{(p < level).mean():.3f}" for p in found for level in (0.05, 0.01)]
        say(f"| {feature} | {' | '.join(shares)} |\n")


if __name__ == "__main__":
    main()
