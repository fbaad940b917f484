"""The trial of real processes that misbehave in one way each: what is refused, and in which words.

Budgets are generous: what is shown is that a measurement is judged, not how fast this machine is.
"""

from __future__ import annotations

import socket
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from mooring.blessing.budget import ServingBudget
from mooring.blessing.evidence import Blessing, Check
from mooring.blessing.subject import LocalService
from mooring.blessing.testing.impostor import CONTRACT, Manner
from mooring.blessing.trial import bless_service
from mooring.bundle.manifest import SAMPLES, Manifest, Period, TrainingData
from mooring.bundle.open import Bundle
from mooring.bundle.samples import Sample, samples_file
from mooring.process.ports import free_port, require_free
from mooring.process.service import ServiceProcess

GENEROUS = ServingBudget(
    p50_ms=5_000, p99_ms=10_000, rss_mb=10_000, requests=100, rounds=1, memory_limit_mb=4_096
)
SAMPLED = 20


@dataclass(frozen=True)
class ImpostorProcess(ServiceProcess):
    """The command of an impostor, in the place of BentoML's."""

    manner: Manner = "well"

    @property
    def command(self) -> list[str]:
        where = [self.manner, str(self.port), self.bundle]
        return [sys.executable, "-m", "mooring.blessing.testing.impostor", *where]

    @property
    def environ(self) -> dict[str, str]:
        return {"PYTHONPATH": ":".join(part for part in sys.path if part)}


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    samples = [
        Sample(instance={"port": "JFK", "chance": i / SAMPLED}, prediction=i / SAMPLED)
        for i in range(SAMPLED)
    ]
    data = TrainingData(
        name="guess", sha256="d" * 64, rows=9, period=Period(start="2013-01-01", end="2013-01-02")
    )
    manifest = Manifest(
        model="guess", contract="1.0", runtime="onnx", tolerance="0.001", files={},
        fingerprint={}, dataset=data, code="c" * 64, seed=7,
    )  # fmt: skip
    files = {SAMPLES: samples_file(samples)}
    return Bundle(Path("/bundles/guess"), manifest.id, manifest, CONTRACT, files)


@dataclass(frozen=True)
class Court:
    """Where impostors are tried."""

    bundle: Bundle
    folder: Path

    def subject(self, manner: Manner, port: int | None = None) -> LocalService:
        known: dict[str, Any] = {"service": "guess", "folder": self.folder, "home": self.folder}
        process = ImpostorProcess(
            **known, bundle=self.bundle.id, version=0, port=port or free_port(), manner=manner
        )
        return LocalService(process, self.folder / "logs")

    def judge(self, manner: Manner, **budget: Any) -> Blessing:
        subject = self.subject(manner)
        blessing = bless_service(subject, self.bundle, replace(GENEROUS, **budget))
        require_free(subject.process.port)
        assert subject.left_over() == 0
        return blessing


@pytest.fixture
def court(bundle: Bundle, tmp_path: Path) -> Court:
    return Court(bundle, tmp_path)


def broken(blessing: Blessing) -> list[Check]:
    return [check for check in blessing.checks if check.verdict != "blessed"]


def test_a_service_that_behaves_is_blessed_and_the_machine_is_told(court: Court) -> None:
    blessing = court.judge("well")

    assert broken(blessing) == []
    assert [check.name for check in blessing.checks] == [
        "boot",
        "golden samples, columns",
        "golden samples, native",
        "answers under load, columns",
        "latency, columns",
        "latency, columns",
        "answers under load, native",
        "latency, native",
        "latency, native",
        "peak memory",
        "SIGTERM under load",
    ]
    assert (blessing.verdict, blessing.bundle) == ("blessed", court.bundle.id)
    assert {"cores", "cpu", "kernel"} <= set(blessing.machine)
    assert Blessing.model_validate_json(blessing.to_json()) == blessing


@pytest.mark.parametrize(
    ("manner", "check", "words"),
    [
        pytest.param(
            "refuses", "boot", "it refuses to serve: guess: model.onnx: its content is not right",
            id="a bundle that the service refuses",
        ),
        pytest.param(
            "crashes at boot", "boot", "it ended with status 1: no such library: libmodel.so",
            id="a process that ends before it is ready",
        ),
        pytest.param(
            "loses its workers", "boot", "its worker dies again and again: out of memory",
            id="a supervisor whose worker dies again and again",
        ),
        pytest.param(
            "answers wrongly", "golden samples, columns", "a golden sample is off by 0.5",
            id="wrong answers to the gateway",
        ),
        pytest.param(
            "answers wrongly natively", "golden samples, native", "a golden sample is off by 0.5",
            id="wrong answers to JSON only",
        ),
        pytest.param(
            "answers from another bundle", "golden samples, columns",
            "it answered from another bundle", id="the right answers of another bundle",
        ),
        pytest.param(
            "answers with an error under load", "answers under load, columns", "it answered 500",
            id="an error once there is load",
        ),
        pytest.param(
            "dies under load", "trial", "it ended under load with status 7",
            id="a process that dies under load",
        ),
        pytest.param(
            "drops what is under way", "SIGTERM under load",
            "a request sent before the signal failed: the connection was lost",
            id="a request under way that is dropped",
        ),
        pytest.param(
            "cuts answers off", "SIGTERM under load", "failed: the connection was lost",
            id="an answer that is cut off in the middle",
        ),
        pytest.param(
            "exits with an error", "SIGTERM under load", "exit status 3", id="an exit status"
        ),
        pytest.param(
            "leaves a process", "SIGTERM under load", "1 of its processes were left",
            id="a process that outlives it",
        ),
    ],
)  # fmt: skip
def test_what_a_service_does_wrong_is_refused_with_the_reason(
    court: Court, manner: Manner, check: str, words: str
) -> None:
    blessing = court.judge(manner)

    assert blessing.verdict == "refused"
    (found,) = [c for c in blessing.checks if c.name == check]
    assert found.verdict == "refused"
    assert words in found.reason


def test_a_service_that_is_never_ready_is_refused_after_its_time(court: Court) -> None:
    blessing = court.judge("never gets ready", boot_seconds=1.5)

    assert blessing.verdict == "refused"
    assert "it was not ready after" in blessing.checks[0].reason


def test_a_service_that_falls_silent_is_refused_after_the_contracts_deadline(court: Court) -> None:
    blessing = court.judge("is silent under load")

    assert blessing.verdict == "refused"
    assert broken(blessing)[0].reason == "no answer within 5 s"


def test_a_service_that_ignores_the_signal_is_refused_and_killed(court: Court) -> None:
    blessing = court.judge("ignores SIGTERM", drain_seconds=1.0)

    (found,) = broken(blessing)
    assert (blessing.verdict, found.name) == ("refused", "SIGTERM under load")
    assert "it had not ended after" in found.reason
    assert "the port was still open" in found.reason


@pytest.mark.parametrize(
    ("budget", "names"),
    [
        pytest.param({"p50_ms": 0.001}, {"latency, columns", "latency, native"}, id="p50"),
        pytest.param({"p99_ms": 0.001}, {"latency, columns", "latency, native"}, id="p99"),
        pytest.param({"rss_mb": 1.0}, {"peak memory"}, id="memory"),
    ],
)
def test_a_budget_that_is_too_small_is_refused(
    court: Court, budget: dict[str, float], names: set[str]
) -> None:
    blessing = court.judge("well", **budget)

    assert blessing.verdict == "refused"
    assert {check.name for check in broken(blessing)} == names


def test_a_memory_limit_that_cannot_hold_it_is_refused_at_boot(court: Court) -> None:
    blessing = court.judge("well", memory_limit_mb=8.0)

    (boot,) = blessing.checks
    assert boot.verdict == "refused"
    assert "it ended with status" in boot.reason
    assert "each process within 8 MiB of its own" in boot.demand


def test_a_port_that_is_taken_judges_nobody(court: Court) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        subject = court.subject("well", taken.getsockname()[1])

        blessing = bless_service(subject, court.bundle, GENEROUS)

    assert blessing.verdict == "inconclusive"
    assert "the port is in use" in blessing.checks[0].reason
