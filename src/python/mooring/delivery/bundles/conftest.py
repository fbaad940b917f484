"""A released bundle of a small real model, and a real S3 API to keep it in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mooring.bundle.open import Bundle
from mooring.bundle.testing.recipe import Recipe, trained_recipe
from mooring.bundle.testing.s3 import S3Server, environment, s3_server


@pytest.fixture(scope="session")
def recipe() -> Recipe:
    """What the bundle is written from."""
    return trained_recipe()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the model in a checkout."""
    return tmp_path / "models" / "ferry_delay"


@pytest.fixture
def bundle(recipe: Recipe, folder: Path) -> Bundle:
    """A bundle beside the release, the test's own to spoil."""
    return recipe.write(folder / "bundles")


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """A real S3 API, up for all tests of the session that ask for it."""
    with s3_server() as server:
        yield server


@pytest.fixture
def bucket(s3: S3Server) -> Iterator[str]:
    """The URL of an empty bucket that the environment leads to."""
    s3.forget_everything()
    with environment(s3.environ):
        yield s3.new_bucket()
