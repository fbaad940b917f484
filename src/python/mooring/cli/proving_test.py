"""The trial of the real service: what `mooring bless` starts, judges and writes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mooring.blessing.budget import ServingBudget
from mooring.blessing.evidence import Blessing, require_blessing
from mooring.blessing.subject import LocalService
from mooring.blessing.trial import bless_service
from mooring.bundle.open import Bundle
from mooring.cli.making import candidate_of
from mooring.cli.proving import bless, bless_process, verdict_of
from mooring.cli.registry import Model
from mooring.cli.stack_test import with_other_answers
from mooring.cli.workspace import Workspace
from mooring.process.ports import free_port
from mooring.process.service import ServiceProcess


def test_the_real_service_is_blessed_within_the_budget_of_the_gate(
    space: Workspace, model: Model
) -> None:
    (done,) = bless(model, space, only="serving")

    assert [c for c in done.blessing.checks if c.verdict != "blessed"] == []
    assert require_blessing(space.blessings, done.blessing.bundle, "serving")
    drained = {c.name: c for c in done.blessing.checks}["SIGTERM under load"]
    # Told before it closes, nobody is cut off: not even those who sent after the signal.
    assert "0 failed" in drained.reason
    assert "0 of them unwarned" in drained.reason


def test_a_service_that_refuses_its_bundle_is_evidence_against_it(
    space: Workspace, model: Model
) -> None:
    wrong = with_other_answers(candidate_of(model, space), space)

    done = bless_process(model, space, wrong.id)

    (boot,) = done.blessing.checks
    assert (done.blessing.verdict, verdict_of([done])) == ("refused", "refused")
    assert "it refuses to serve: " in boot.reason
    assert "sample 4 is off by" in boot.reason
    assert Blessing.model_validate_json(done.path.read_bytes()) == done.blessing


def test_a_memory_limit_that_cannot_hold_the_service_is_refused(
    space: Workspace, model: Model
) -> None:
    bundle, home = candidate_of(model, space), space.home
    # BentoML alone needs more to import itself; see the figures in docs/serving.md.
    budget = replace(ServingBudget(), memory_limit_mb=100.0)

    blessing = bless_service(LocalService(_process(model, bundle, home), home), bundle, budget)

    (boot,) = blessing.checks
    assert blessing.verdict == "refused"
    assert boot.reason.startswith(("it ended with status", "it refuses to serve", "its worker"))
    assert "each process within 100 MiB" in boot.demand


def _process(model: Model, bundle: Bundle, home: Path) -> ServiceProcess:
    return ServiceProcess(model.service, bundle.path, bundle.id, 0, home, free_port())
