"""schemathesis attacks every documented operation, all checks on, and finds nothing.

It generates what the document allows and what it forbids, and holds every answer to the document.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mooring.gateway.protocols.clients.programs import run
from mooring.gateway.testing.gateway import gateway
from mooring.gateway.testing.upstream import upstream

HOOKS = {"SCHEMATHESIS_HOOKS": "mooring.gateway.protocols.clients.attack_hooks"}

# Of each operation, beside what is systematic: one value beyond each bound, each type, each method.
EXAMPLES = 20
FEWEST_CASES = 1_000


@pytest.mark.parametrize("seed", [1])
def test_no_case_is_answered_otherwise_than_documented(tmp_path: Path, seed: int) -> None:
    report = tmp_path / "report.json"
    arguments = [
        *("--checks=all", f"--seed={seed}", f"--max-examples={EXAMPLES}", "--continue-on-failure"),
        *("--no-shrink", "--no-color", "--report=json", f"--report-json-path={report}"),
    ]
    with upstream() as service, gateway(service.url) as running:
        running.until_ready()
        document = f"http://127.0.0.1:{running.port}/openapi.json"
        done = run("schemathesis", ["run", document, *arguments], HOOKS)
    assert done.returncode == 0, done.stdout[-8_000:]
    found = json.loads(report.read_text())
    assert found["failures"] == found["errors"] == []
    assert found["operations"]["tested"] == found["operations"]["total"]
    assert found["test_cases"]["generated"] >= FEWEST_CASES
