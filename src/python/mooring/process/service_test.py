from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mooring.process.service import ServiceProcess

SERVICE = ServiceProcess("m:M", Path("/b"), "a" * 64, 3, Path("/h"), 3000)


def test_a_service_has_the_token_that_its_starter_has() -> None:
    assert "MOORING_HOP_TOKEN" not in SERVICE.environ


def test_a_service_on_trial_asks_nobody_for_a_token() -> None:
    told = replace(SERVICE, on_trial=True).environ
    assert told["MOORING_HOP_TOKEN"] == told["MOORING_HOP_TOKEN_FILE"] == ""
