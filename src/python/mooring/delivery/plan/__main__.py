"""`python3 -m mooring.delivery.plan --since <rev>`: the plan with the standard library alone.

A change of documents needs no library, so continuous integration installs none to find that out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from mooring.delivery.plan.errors import PlanError
from mooring.delivery.plan.make import make_plan
from mooring.delivery.plan.report import append_github, to_document, to_text


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit status."""
    asked = _parser().parse_args(arguments)
    try:
        plan = make_plan(Path.cwd(), asked.since, slow=asked.slow)
    except PlanError as error:
        sys.stderr.write(f"plan: {error}\n")
        return 1
    text = json.dumps(to_document(plan), indent=2) if asked.json else to_text(plan)
    sys.stdout.write(f"{text}\n")
    if asked.github_output:
        append_github(plan, asked.shards, asked.github_output)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="plan", description=__doc__)
    parser.add_argument("--since", required=True, metavar="REV", help="e.g. origin/main")
    parser.add_argument("--json", action="store_true", help="print JSON, not text")
    parser.add_argument("--slow", action="store_true", help="tests that are tagged slow as well")
    parser.add_argument("--github-output", type=Path, metavar="FILE", help="append outputs here")
    parser.add_argument(
        "--shards", type=positive, default=1, metavar="N", help="parts of the tests"
    )
    return parser


def positive(text: str) -> int:
    """A whole number of at least one. Raises ArgumentTypeError."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of at least 1")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
