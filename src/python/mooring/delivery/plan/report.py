"""A plan as people, scripts and GitHub Actions read it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mooring.delivery.plan.plan import Needed, Plan

FORMAT = 1


def to_document(plan: Plan) -> dict[str, Any]:
    """The facts for scripts."""
    everything = plan.everything
    return {
        "format": FORMAT,
        "since": plan.since,
        "changed": [{"path": c.path, "status": c.status} for c in plan.changed],
        "everything": everything and {"path": everything.path, "rule": everything.rule},
        "tests": [_facts(test) for test in plan.tests],
        "images": [_named(image) for image in plan.images],
        "bentos": [_named(bento) for bento in plan.bentos],
        "check": plan.check,
    }


def to_text(plan: Plan) -> str:
    """The same for people."""
    return "\n".join(_lines(plan))


def to_github(plan: Plan, shards: int) -> str:
    """Lines for the file that GitHub Actions names in GITHUB_OUTPUT: `key=value`, lists as JSON.

    No name of a changed file is in them, and lists are one line, so nobody who can name a file can
    add a line.
    """
    values = {
        "any": plan.any,
        "check": plan.check,
        "docs_only": plan.docs_only,
        "everything": plan.everything is not None,
        "test_shards": split([test.target for test in plan.tests], shards),
        "images": [{"name": i.name, "target": i.target} for i in plan.images],
        "bentos": [{"name": b.name, "target": b.target} for b in plan.bentos],
    }
    return "".join(f"{key}={json.dumps(value)}\n" for key, value in values.items())


def append_github(plan: Plan, shards: int, output: Path) -> None:
    """Add `to_github` to the file, behind what other steps have written there."""
    with output.open("a", encoding="utf-8") as file:
        file.write(to_github(plan, shards))


def split(targets: Sequence[str], shards: int) -> list[dict[str, Any]]:
    """At most `shards` parts of nearly equal size, none empty, each with a name for its job.

    Dealt like cards: slow tests lie beside each other in one package, and so meet different jobs.
    """
    parts = [targets[first::shards] for first in range(min(shards, len(targets)))]
    return [
        {"name": f"{number} of {len(parts)}", "targets": list(part)}
        for number, part in enumerate(parts, start=1)
    ]


def _facts(needed: Needed) -> dict[str, Any]:
    return {"target": needed.target, "reason": needed.reason, "path": list(needed.path)}


def _named(needed: Needed) -> dict[str, Any]:
    facts = _facts(needed)
    return {"target": facts.pop("target"), "name": needed.name, **facts}


def _lines(plan: Plan) -> Iterator[str]:
    yield f"{len(plan.changed)} files changed since {plan.since}"
    for change in plan.changed:
        yield f"  {change.status:<8}  {change.path}"
    if plan.everything:
        yield f"everything: {plan.everything.path} changed: {plan.everything.rule}"
    for title, found in (("tests", plan.tests), ("images", plan.images), ("bentos", plan.bentos)):
        yield f"{title}: {len(found)}"
        for needed in found:
            yield f"  {needed.target}"
            if not plan.everything:
                yield f"      {_because(needed)}"
    yield f"lint and type check: {'yes' if plan.check else 'no'}"


def _because(needed: Needed) -> str:
    return " → ".join((needed.reason, *needed.path[1:]))
