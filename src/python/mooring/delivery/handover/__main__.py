"""`python3 -m mooring.delivery.handover <what>`: what one job of a workflow tells the next.

It needs the standard library alone, so a job that only decides installs nothing. Values are
validated here and travel as single lines; nothing that a stranger wrote becomes a line of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mooring.contract.errors import MooringError
from mooring.delivery.handover.errors import Unreadable
from mooring.delivery.handover.images import (
    arguments_of,
    commit_in,
    digests_in,
    map_of,
    published,
    references_in,
    require_same,
    subjects_of,
)
from mooring.delivery.handover.retraining import (
    choose_incident,
    choose_models,
    find_card,
    proposal,
    read_verdict,
)

Outputs = Mapping[str, Any]


def main(arguments: Sequence[str]) -> int:
    """The command; its exit status."""
    asked = _parser().parse_args(arguments)
    try:
        outputs = asked.run(asked)
    except MooringError as error:
        sys.stderr.write(f"handover: {error}\n")
        return 1
    lines = "".join(f"{key}={_one_line(value)}\n" for key, value in outputs.items())
    sys.stdout.write(lines)
    if asked.github_output:
        with asked.github_output.open("a", encoding="utf-8") as output:
            output.write(lines)
    return 0


def _digests(asked: argparse.Namespace) -> Outputs:
    found = digests_in(asked.dist)
    if asked.expected is not None:
        require_same(found, _document(asked.expected))
    return {"digests": found}


def _published(asked: argparse.Namespace) -> Outputs:
    images = published(digests_in(asked.dist), asked.lock)
    return {"images": map_of(images), "subjects": subjects_of(images)}


def _references(asked: argparse.Namespace) -> Outputs:
    images = references_in(os.environ.get("IMAGES", ""))
    return {
        "images": map_of(images),
        "commit": commit_in(os.environ.get("COMMIT", "")),
        "references": " ".join(map_of(images).values()),
        "arguments": arguments_of(images),
    }


def _models(asked: argparse.Namespace) -> Outputs:
    told = os.environ.get
    models = choose_models(Path.cwd(), told("MODEL", ""), has_log=bool(told("MOORING_HOME")))
    return {"models": models, "incident": choose_incident(told("INCIDENT", ""), told("RUN", "0"))}


def _verdict(asked: argparse.Namespace) -> Outputs:
    found = read_verdict(Path.cwd(), asked.model, asked.file)
    facts = {"verdict": found.verdict, "bundle": found.bundle, "champion": found.champion}
    return {"propose": found.propose, **facts}


def _proposal(asked: argparse.Namespace) -> Outputs:
    comparison = asked.comparison.read_text("utf-8") if asked.comparison.exists() else ""
    text = proposal(find_card(asked.card), comparison, asked.incident)
    asked.out.write_text(text, encoding="utf-8")
    return {}


def _document(text: str) -> dict[str, str]:
    try:
        return dict(json.loads(text))
    except (ValueError, TypeError):
        raise Unreadable(
            "it is no JSON object", place="--expected", cure="See the job that packages."
        ) from None


def _one_line(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="handover", description=__doc__)
    commands = parser.add_subparsers(required=True)

    def add(name: str, run: Callable[[argparse.Namespace], Outputs], *paths: str) -> Any:
        command = commands.add_parser(name)
        command.set_defaults(run=run)
        command.add_argument("--github-output", type=Path, metavar="FILE")
        for path in paths:
            command.add_argument(path, type=Path)
        return command

    add("digests", _digests, "dist").add_argument("--expected", metavar="JSON")
    add("published", _published, "dist", "lock")
    add("references", _references)
    add("models", _models)
    add("verdict", _verdict, "file").add_argument("--model", required=True)
    proposing = add("proposal", _proposal, "card", "comparison", "out")
    proposing.add_argument("--incident", required=True)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
