"""One real small model, trained once, and a bundle of it that a test may spoil at will."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from mooring.bundle.open import Bundle
from mooring.bundle.testing.recipe import Recipe, trained_recipe
from mooring.bundle.testing.s3 import S3Server, environment, s3_server

# Tests share their machine with builds: how long one example takes says nothing. At night there are
# more examples.
settings.register_profile(
    "shared",
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=int(os.environ.get("MOORING_EXAMPLES", "100")),
)
settings.load_profile("shared")


@pytest.fixture(scope="session")
def recipe() -> Recipe:
    """What the bundle is written from."""
    return trained_recipe()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """An empty folder store."""
    return tmp_path / "bundles"


@pytest.fixture
def bundle(recipe: Recipe, store: Path) -> Bundle:
    """The bundle of that recipe, the test's own to spoil."""
    return recipe.write(store)


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
