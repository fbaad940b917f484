"""A home with the real flights ingested and a bundle trained and blessed, once a module.

Its evidence on the service is that of a trial which nobody held: only the tests of `bless` start
one.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mooring.blessing.budget import ServingBudget
from mooring.blessing.evidence import Blessing, write_blessing
from mooring.blessing.observed import Boot, Drained, Load, Observed, Replay
from mooring.blessing.serving import judge
from mooring.bundle.open import Bundle
from mooring.cli.judging import bless_model
from mooring.cli.making import candidate_of, ingest_model, train_model
from mooring.cli.registry import Model, find_model
from mooring.cli.workspace import Workspace


@pytest.fixture(scope="module")
def model() -> Model:
    return find_model("flight_delay")


@pytest.fixture(scope="module")
def blessed_home(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    space = Workspace(home / "checkout", home)
    ingest_model(model, space)
    train_model(model, space)
    bless_model(model, space)
    write_trial(model, space)
    return home


def write_trial(model: Model, space: Workspace, bundle: str | None = None) -> None:
    """Write the judgement of a service that did everything right."""
    write_blessing(space.blessings, _judgement(candidate_of(model, space, bundle)))


def _judgement(bundle: Bundle) -> Blessing:
    observed = Observed(
        boot=Boot(2.0),
        replays=(Replay("columns", 64, 0.0), Replay("native", 64, 0.0)),
        loads=(Load("columns", 1_000, 0, 2.0, 4.0, 1_900.0),),
        peak_mb=240.0,
        drained=Drained(
            under_way=4, after=300, turned_away=4, unwarned=0, failed=0,
            exit_code=0, seconds=1.0, left_over=0, port_open=False,
        ),
    )  # fmt: skip
    return judge(bundle, ServingBudget(), observed, {}, seconds=8.0)


@pytest.fixture
def space(blessed_home: Path, tmp_path: Path) -> Workspace:
    """A workspace of the test's own: it may promote without telling the others."""
    shutil.copytree(blessed_home, tmp_path / "home")
    return Workspace(tmp_path / "checkout", tmp_path / "home")
