"""A gateway that is attacked, and what the attack found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from mooring.gateway.auth.settings import AuthSettings
from mooring.gateway.capture.settings import LogSettings
from mooring.gateway.protocols.clients.programs import run
from mooring.gateway.settings import Settings
from mooring.gateway.testing.gateway import RunningGateway, gateway, until
from mooring.gateway.testing.keys import KeysOnDisk
from mooring.gateway.testing.upstream import upstream

_HOOKS = {"SCHEMATHESIS_HOOKS": "mooring.gateway.protocols.clients.attack_hooks"}
_SHOWN = 8_000
_OK = 200


@dataclass(frozen=True)
class Found:
    """How much was tried, and what schemathesis says of it; nothing, when it found nothing."""

    cases: int
    operations: int
    tested: int
    failures: str
    seconds: float


@contextmanager
def attacked(home: Path) -> Iterator[tuple[RunningGateway, KeysOnDisk]]:
    """A gateway that asks for keys, keeps a log, and does not lose patience with an attacker."""
    keys = KeysOnDisk(home / "keys.json")
    auth = replace(AuthSettings(keys_file=keys.path), rate=0.0, failures_per_minute=1e6)
    fast = Settings(port=0, learn_seconds=0.01, authentication="keys", auth=auth)
    with (
        upstream() as service,
        gateway(service.url, fast, home=home, log=LogSettings(home=home)) as running,
    ):
        running.until_ready()
        yield running, keys


def key_of(keys: KeysOnDisk) -> str:
    """A key that may do all but what only an operator may."""
    return keys.add("tester", ("predict", "feedback", "labeler"))


def attack(running: RunningGateway, home: Path, *, examples: int, seed: int, key: str) -> Found:
    """Let schemathesis loose with every check, `examples` generated for each operation."""
    # The keys file is followed, not read at each request.
    until(lambda: running.get("/v1/models", Authorization=f"Bearer {key}").status, _OK.__eq__)
    report = home / "report.json"
    document = f"http://127.0.0.1:{running.port}/openapi.json"
    arguments = [
        *("--checks=all", f"--seed={seed}", f"--max-examples={examples}", "--no-shrink"),
        *("--continue-on-failure", "--no-color", f"--header=Authorization: Bearer {key}"),
        *("--report=json", f"--report-json-path={report}"),
    ]
    done = run("schemathesis", ["run", document, *arguments], _HOOKS, home)
    told = json.loads(report.read_text())
    operations = told["operations"]
    return Found(
        cases=told["test_cases"]["generated"],
        operations=operations["total"],
        tested=operations["tested"],
        failures=done.stdout[-_SHOWN:] if done.returncode else "",
        seconds=told["running_time"],
    )
