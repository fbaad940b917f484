"""schemathesis against a service, by BentoML's document of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mooring.gateway.protocols.clients.programs import run
from mooring.serving.testing.process import Service

# Of BentoML 1.4.39, by kind of finding: the operations that it is about. All are of its document,
# which knows neither problem+json nor 415 and 422; none is a 5xx.
FOUND_IN_ITS_DOCUMENT: Mapping[str, Sequence[str]] = {
    "RejectedPositiveData": ["POST /predict"],  # no body at all, which it calls allowed
    "UndefinedContentType": ["POST /predict"],  # application/problem+json
    "UndefinedStatusCode": ["POST /predict"],  # 415 and 422
}


@dataclass(frozen=True)
class Findings:
    """How many requests were tried, and what was found: kind of finding to operations."""

    cases: int
    found: Mapping[str, Sequence[str]]
    errors: Sequence[object]
    seconds: float


def attack(service: Service, home: Path, examples: int, seed: int = 1) -> Findings:
    """Let schemathesis loose with every check, `examples` generated for each operation."""
    report = home / "report.json"
    arguments = [
        *("--checks=all", f"--seed={seed}", f"--max-examples={examples}", "--no-shrink"),
        *("--continue-on-failure", "--no-color", "--report=json", f"--report-json-path={report}"),
    ]
    document = f"http://127.0.0.1:{service.port}/docs.json"
    run("schemathesis", ["run", document, *arguments], folder=home)
    told = json.loads(report.read_text())
    return Findings(
        cases=told["test_cases"]["generated"],
        found={failure["type"]: failure["operations"] for failure in told["failures"]},
        errors=told["errors"],
        seconds=told["running_time"],
    )
