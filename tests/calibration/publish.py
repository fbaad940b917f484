"""Computes the calibration of drift and writes docs/drift.md with its pictures.

    python -m tests.calibration.publish [--years 200] [--peers PROGRAM …]

With `PYTHONPATH=src/python:.`; the others' detectors are built before it, as docs/drift.md
says. Fewer years show the way: `--years 8 --others 1 --evidently 1`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.calibration.pictures import pictures
from tests.calibration.report import text
from tests.calibration.study import Sizes, Study, study

DOCUMENT = Path("docs/drift.md")
PICTURES = Path("docs/drift")


def main() -> None:
    """Write what is computed."""
    usual = Sizes()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=usual.years)
    parser.add_argument("--told", type=int, default=usual.told)
    parser.add_argument("--others", type=int, default=usual.others)
    parser.add_argument("--evidently", type=int, default=usual.evidently)
    parser.add_argument("--runs", type=int, default=usual.runs)
    parser.add_argument("--peers", nargs="+", default=(), help="instead of the PEX of Pants")
    said = parser.parse_args()
    sizes = Sizes(said.years, said.told, said.others, said.evidently, said.runs)
    publish(study(sizes, said.peers), Path())


def publish(found: Study, root: Path) -> None:
    """Write text and pictures below `root`."""
    (root / PICTURES).mkdir(parents=True, exist_ok=True)
    (root / DOCUMENT).write_text(text(found), encoding="utf-8")
    for name, drawn in pictures(found).items():
        (root / PICTURES / name).write_bytes(drawn)


if __name__ == "__main__":
    main()
