"""A champion that lies behind a URL, in a real S3 API: promoted, served, beaten and brought back by
its digest, from a machine that has never seen it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mooring.bundle.errors import BundleMissing, StoreUnreachable
from mooring.bundle.release import read_release
from mooring.bundle.store import store_at
from mooring.bundle.testing.faults import absent
from mooring.bundle.testing.s3 import CREDENTIALS, environment, s3_server
from mooring.cli.errors import ChampionUnusable
from mooring.cli.judging import bless_model
from mooring.cli.registry import Model
from mooring.cli.releasing import promote_model, rollback_model
from mooring.cli.serving import champion
from mooring.cli.workspace import Workspace
from mooring.data.dataset import read_version
from mooring.data.ingest import table_of
from mooring.serving.settings import read_settings
from mooring.training.memory_tracker import MemoryTracker
from mooring.training.train import train


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with s3_server() as server, environment(server.environ):
        yield f"{server.new_bucket()}/champions"


@pytest.fixture
def released(model: Model, space: Workspace, url: str) -> Workspace:
    """A workspace whose champion lies behind the URL, and nowhere else but in the home."""
    promote_model(model, space, bundle=None, reason="first", commit=False, store=url)
    return space


def forget(space: Workspace) -> None:
    """As on another machine: the checkout and nothing that was made."""
    for folder in (space.bundles, space.cache):
        shutil.rmtree(folder, ignore_errors=True)


def test_the_release_records_the_url_and_nothing_lies_beside_it(
    model: Model, released: Workspace, url: str
) -> None:
    now = read_release(released.release(model.name)).release.champion
    assert now is not None
    assert now.location == f"{url}/{now.bundle[:16]}"
    assert not (released.model(model.name) / "bundles").exists()


def test_another_machine_serves_it_by_digest(model: Model, released: Workspace) -> None:
    forget(released)
    served = champion(model, released)
    assert served.folder == released.cache / served.bundle[:16]
    environ = {"MOORING_ROOT": str(released.root), "MOORING_HOME": str(released.home)}
    settings = read_settings(model.name, environ, Path("/"))
    assert (settings.bundle, settings.expect) == (served.folder, served.bundle)


def test_a_service_may_be_given_the_url_itself(model: Model, released: Workspace) -> None:
    now = read_release(released.release(model.name)).release.champion
    assert now is not None
    environ = {"MOORING_BUNDLE": now.location, "MOORING_BUNDLE_ID": now.bundle}
    settings = read_settings(model.name, environ, released.home)
    assert settings.bundle.is_dir()


def test_a_candidate_is_judged_against_it(model: Model, released: Workspace) -> None:
    plan = replace(model.plan, seed=1)
    found = read_version(table_of(released.data, model.name))
    second = train(plan, *found, released.bundles, MemoryTracker()).bundle.id
    blessing = bless_model(model, released, second).blessing
    assert [check.versus for check in blessing.checks if check.versus]

    with absent() as nobody, environment({**CREDENTIALS, "AWS_ENDPOINT_URL": nobody}):
        shutil.rmtree(released.cache)
        with pytest.raises(ChampionUnusable, match="the store does not answer"):
            bless_model(model, released, second)


def test_a_rollback_fetches_what_it_brings_back(
    model: Model, released: Workspace, url: str
) -> None:
    path = released.release(model.name)
    release = read_release(path).release
    assert release.champion is not None
    newer = release.champion.model_copy(update={"version": 2, "bundle": "f" * 64})
    update = {"champion": newer, "former": (release.champion,), "last_version": 2}
    path.write_bytes(release.model_copy(update=update).to_json())
    forget(released)
    done = rollback_model(model, released, version=None, reason="bad", commit=False)
    assert done.champion.bundle == release.champion.bundle

    store = store_at(url, released.cache)
    (entry,) = store.stored()
    assert store.delete(entry)
    path.write_bytes(release.model_copy(update=update).to_json())
    forget(released)
    before = path.read_bytes()
    with pytest.raises(BundleMissing, match="push the bundle from where it is"):
        rollback_model(model, released, version=None, reason="bad", commit=False)
    assert path.read_bytes() == before


def test_a_store_that_is_not_there_promotes_nothing(model: Model, space: Workspace) -> None:
    with (
        absent() as nobody,
        environment({**CREDENTIALS, "AWS_ENDPOINT_URL": nobody}),
        pytest.raises(StoreUnreachable),
    ):
        promote_model(model, space, bundle=None, reason="first", commit=False, store="s3://b")
    assert not space.release(model.name).exists()


def test_a_folder_elsewhere_is_a_store_too(model: Model, space: Workspace, tmp_path: Path) -> None:
    promote_model(
        model, space, bundle=None, reason="first", commit=False, store=str(tmp_path / "shared")
    )
    served = champion(model, space)
    assert served.folder == tmp_path / "shared" / served.bundle[:16]
