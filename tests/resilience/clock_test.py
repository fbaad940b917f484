"""A wall clock that jumps changes no decision about a request: few read it, each with a reason."""

from __future__ import annotations

import ast
from pathlib import Path

GATEWAY = Path("src/python/mooring/gateway")

# Each with what it uses the time of day for.
MAY_READ_THE_WALL_CLOCK = {
    "auth/keyring.py": "keys expire on a date",
    "auth/tokens.py": "tokens expire at a time that their issuer wrote into them",
    "capture/feedback.py": "when a label came",
    "capture/log.py": "when a prediction was made",
    "identity.py": "prediction ids sort by time; what makes them unique is random",
    "logs.py": "when a line was written",
    "prediction_ids.py": "they sort by time; what makes them unique is random",
    "traffic/rollout.py": "since when a challenger has been running, for people",
    "traffic/source.py": "whether a file's own time is old enough to be trusted alone",
    "tracing/requests.py": "when a span began and ended",
    "tracing/spans.py": "when a span began and ended",
}
_WALL = {
    "time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.strftime",
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today",
}  # fmt: skip


def calls_of(source: str) -> set[str]:
    """Names of what is called, `owner.name`, wherever they are spoken of."""
    return {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }


def test_whoever_reads_the_wall_clock_has_a_reason() -> None:
    readers = {
        str(path.relative_to(GATEWAY))
        for path in GATEWAY.rglob("*.py")
        if not path.name.endswith("_test.py") and "testing" not in path.parts
        if calls_of(path.read_text()) & _WALL
    }
    assert readers <= set(MAY_READ_THE_WALL_CLOCK)
    assert readers, "this test looks into the wrong folder"


def test_the_wall_clock_is_recognised() -> None:
    assert calls_of("import time\ntime.time()") & _WALL
    assert calls_of("now = datetime.now(UTC)") & _WALL
    assert not calls_of("time.monotonic()") & _WALL
