"""One Bento of a small real model, built once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mooring.bundle.testing.recipe import trained_recipe
from mooring.delivery.bento.build import build_bento
from mooring.delivery.bento.recipe import Recipe
from mooring.delivery.bento.testing.ingredients import ingredients_in


@pytest.fixture(scope="session")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    """What it is made of, for all tests: not to be changed."""
    return ingredients_in(tmp_path_factory.mktemp("ingredients"), trained_recipe())


@pytest.fixture
def ingredients(laid_out: Recipe, tmp_path: Path) -> Recipe:
    """A copy, the test's own to change."""
    copy = tmp_path / "ingredients"
    shutil.copytree(laid_out.sources, copy / "sources")
    shutil.copytree(laid_out.champion, copy / "champion")
    shutil.copyfile(laid_out.lock, copy / "lock")
    return Recipe(copy / "sources", copy / "champion", copy / "lock")


@pytest.fixture(scope="session")
def built(laid_out: Recipe, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Bento: not to be changed."""
    into = tmp_path_factory.mktemp("built") / "bento"
    build_bento(laid_out, into)
    return into


@pytest.fixture
def bento(built: Path, tmp_path: Path) -> Path:
    """A copy of the Bento: who serves it writes byte code into it."""
    return Path(shutil.copytree(built, tmp_path / "bento"))
