"""How the loop is judged: every arm, on the real year, of both models.

    python -m tests.loop.publish [--cache DIR] [--only arms|injected]

Writes docs/loop/numbers.md with its pictures, and docs/loop/injected.md: half an hour where the
folder holds no retrains yet, a few minutes where it does.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.loop.page import page_of_arms, page_of_injected
from tests.loop.pictures import draw
from tests.loop.settings import SETTINGS
from tests.loop.trial import injected, trial
from tests.loop.year import ROOT


def main() -> None:
    """Run and write everything."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=Path, default=Path("/tmp/mooring-loop"))
    parser.add_argument("--to", type=Path, default=ROOT / "docs/loop")
    parser.add_argument("--only", choices=("arms", "injected"))
    chosen = parser.parse_args()
    chosen.to.mkdir(parents=True, exist_ok=True)
    if chosen.only != "injected":
        trials = [trial(name, chosen.cache) for name in SETTINGS]
        for each in trials:
            draw(each, chosen.to)
        (chosen.to / "numbers.md").write_text(page_of_arms(trials))
    if chosen.only != "arms":
        injections = [injected(name, chosen.cache) for name in SETTINGS]
        (chosen.to / "injected.md").write_text(page_of_injected(injections))


if __name__ == "__main__":
    main()
