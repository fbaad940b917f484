"""A few hundred damaged requests, always the same; `fuzz_slow_test.py` sends many."""

from __future__ import annotations

from tests.corpus.fuzz import attack, running
from tests.corpus.mutants import mutants

SEED, COUNT = 20261130, 300


def test_damaged_requests_find_nothing() -> None:
    with running() as served:
        findings = attack(served, SEED, COUNT)
    assert findings.faults == []
    # The generator still reaches the application, and what stands before it.
    assert findings.answers[200] > COUNT // 20
    assert findings.answers[400] > COUNT // 20


def test_the_same_seed_makes_the_same_requests() -> None:
    assert list(mutants(1, 50)) == list(mutants(1, 50)) != list(mutants(2, 50))
