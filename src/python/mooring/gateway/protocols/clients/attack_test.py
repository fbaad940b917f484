"""schemathesis attacks every documented operation, all checks on, and finds nothing.

It generates what the document allows and what it forbids, and holds every answer to the document.
The gateway asks for keys and keeps a log, so that nothing is open or off.
"""

from __future__ import annotations

from pathlib import Path

from mooring.gateway.protocols.clients.attack import attack, attacked, key_of

# Of each operation, beside what is systematic: a value beyond each bound, each type, each method.
EXAMPLES = 10
FEWEST_CASES = 1_000


def test_no_case_is_answered_otherwise_than_documented(tmp_path: Path) -> None:
    with attacked(tmp_path) as (running, keys):
        found = attack(running, tmp_path, examples=EXAMPLES, seed=1, key=key_of(keys))
    assert found.failures == ""
    assert found.cases >= FEWEST_CASES
    assert found.tested == found.operations
