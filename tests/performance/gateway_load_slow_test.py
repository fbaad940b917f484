"""Coalescing is worth what docs/gateway/coalesce.md says it is: a ratio within one run."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from tests.performance.gateway_load import Load, run

# Twice, measured; a busy machine blurs both sides, and calls that it makes longer than they are
# run beside each other.
_AT_LEAST = 1.3
_ONE_EACH = 100_000


def test_joining_requests_pays_and_every_answer_is_right(tmp_path: Path) -> None:
    found = run(Load(rounds=3, seconds=2.0, slots=(_ONE_EACH,), connections=(32,)), tmp_path)
    joined, separate, _ = found.values()
    assert median(each["per_second"] for each in joined) >= _AT_LEAST * median(
        each["per_second"] for each in separate
    )
    assert sum(each["wrong"] for each in joined) == 0
