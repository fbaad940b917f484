"""What April to June say about settings: all that they were chosen by.

    python -m tests.loop.choose [--cache DIR] [--model flight_delay]    a Markdown table

No row after 30 June is looked at. Beside each setting stands what chance makes of as many retrains
with the same setting, which tells the days of a retrain from what it learns from.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np

from tests.loop.arms import Bench, at_random
from tests.loop.closed import Loop, Ran
from tests.loop.fits import Fits
from tests.loop.settings import CHOSEN_ON, SEED, SETTINGS, Settings
from tests.loop.watched import LABELLED, STATISTICS
from tests.loop.year import Name, year

FIRST, LAST = CHOSEN_ON
COOLDOWNS = (14, 28, 42)
CALIBRATED = (14, 28, 42)
SCHEDULES = 50


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=Path, default=Path("/tmp/mooring-loop"))
    parser.add_argument("--model", choices=list(SETTINGS), default="flight_delay")
    chosen = parser.parse_args()
    say = sys.stdout.write
    say("| calibrated on | asking | cooldown | loss | never | random, median | retrains |\n")
    say("|---|---|---|---|---|---|---|\n")
    for line in lines(chosen.model, chosen.cache):
        say(f"| {line} |\n")


def lines(name: Name, cache: Path) -> Iterator[str]:
    """A line for each setting."""
    of = year(name, cache)
    calibrated = CALIBRATED if of.plan.calibrates else CALIBRATED[:1]
    for days in calibrated:
        bench = Bench(Loop(of, Fits(of, cache), replace(SETTINGS[name], calibrate_days=days)))
        for asking, cooldown in product((STATISTICS, LABELLED), COOLDOWNS):
            settings = replace(bench.loop.settings, asking=asking, cooldown_days=cooldown)
            yield _line(bench, settings)


def _line(bench: Bench, settings: Settings) -> str:
    ran = replace(bench.loop, settings=settings).run(LAST)
    never = bench.loss(bench.served([]), FIRST, LAST)
    by_chance = [
        bench.loss(bench.served(days), FIRST, LAST)
        for days in at_random(len(ran.retrains), SCHEDULES, SEED, FIRST, LAST)
    ]
    loss = bench.loss(ran.versions, FIRST, LAST)
    cells = (
        f"{settings.calibrate_days} days",
        "labels" if settings.asking == LABELLED else "all",
        f"{settings.cooldown_days} days",
        *(f"{value:.4f}" for value in (loss, never, np.median(by_chance))),
        told(ran),
    )
    return " | ".join(cells)


def told(ran: Ran) -> str:
    """Each retrain: its day, who asked, and whether it was taken."""
    return "; ".join(
        f"{each.alarm.day:%-d %b} {'+'.join(each.alarm.by)}{'' if each.promoted else ' refused'}"
        for each in ran.retrains
    )


if __name__ == "__main__":
    main()
