"""A released bundle of a small real model, and a real S3 API to keep it in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mooring.bundle.open import Bundle
from mooring.bundle.release import Release, Released, read_release, write_release
from mooring.bundle.testing.recipe import Recipe, trained_recipe
from mooring.bundle.testing.s3 import S3Server, environment, s3_server

MODEL = "ferry_delay"

Releasing = Callable[..., Path]


@pytest.fixture(scope="session")
def recipe() -> Recipe:
    """What the bundle is written from."""
    return trained_recipe()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the model in a checkout."""
    return tmp_path / "models" / MODEL


@pytest.fixture
def bundle(recipe: Recipe, folder: Path) -> Bundle:
    """A bundle beside the release, the test's own to spoil."""
    return recipe.write(folder / "bundles")


@pytest.fixture
def releasing(folder: Path) -> Releasing:
    """Make a bundle champion: `releasing(bundle, location=…, bytes=…)` returns `release.json`."""

    def release(bundle: Bundle, location: str | None = None, bytes: int | None = None) -> Path:
        champion = Released(
            version=3, bundle=bundle.id, location=location or f"bundles/{bundle.id[:16]}",
            bytes=bundle.bytes if bytes is None else bytes, runtime="onnx", blessings={},
            promoted_at="2013-04-01T00:00:00+00:00", promoted_by="someone", reason="first",
        )  # fmt: skip
        before = read_release(folder / "release.json", model=MODEL)
        write_release(before, Release(model=MODEL, last_version=3, champion=champion))
        return folder / "release.json"

    return release


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
