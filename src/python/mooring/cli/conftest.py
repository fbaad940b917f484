"""A home with the real flights ingested and a bundle trained and blessed, once a module."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mooring.cli.judging import bless_model
from mooring.cli.making import ingest_model, train_model
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
    return home


@pytest.fixture
def space(blessed_home: Path, tmp_path: Path) -> Workspace:
    """A workspace of the test's own: it may promote without telling the others."""
    shutil.copytree(blessed_home, tmp_path / "home")
    return Workspace(tmp_path / "checkout", tmp_path / "home")
