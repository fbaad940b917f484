"""A registry, an image and a place for the record; how property tests run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from mooring.delivery.oci.archive import ImageArchive
from mooring.delivery.publish.testing.images import write_small_image
from mooring.delivery.publish.testing.registry import RunningRegistry, running_registry

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


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[RunningRegistry]:
    with running_registry(tmp_path / "registry") as running:
        yield running


@pytest.fixture
def archive(tmp_path: Path) -> ImageArchive:
    return write_small_image(tmp_path / "dist" / "gateway" / "image.tar")


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "deploy" / "images.lock.json"
