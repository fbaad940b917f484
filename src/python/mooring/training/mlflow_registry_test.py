"""Aliases in a real registry: a database of the test's own."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from mooring.data.dataset import DatasetVersion
from mooring.training.errors import TrackingUnavailable
from mooring.training.mlflow_registry import MlflowRegistry
from mooring.training.mlflow_tracker import sqlite_tracker
from mooring.training.plan import TrainingPlan
from mooring.training.registry import Holder
from mooring.training.testing.registry import Store, filled


@pytest.fixture(scope="module")
def store(
    plan: TrainingPlan,
    dataset: DatasetVersion,
    rows: pl.DataFrame,
    tmp_path_factory: pytest.TempPathFactory,
) -> Store:
    folder = tmp_path_factory.mktemp("registry")
    return filled(sqlite_tracker(folder / "home"), plan, (dataset, rows), folder / "bundles")


def test_aliases_follow_a_model_through_its_life(store: Store) -> None:
    mirror = store.registry.mirror
    mirror("trip", {"champion": store.first})
    assert (store.alias("champion"), store.alias("challenger")) == ("1", None)

    mirror("trip", {"champion": store.first, "challenger": store.second})
    assert (store.alias("champion"), store.alias("challenger")) == ("1", "2")

    mirror("trip", {"champion": store.second})
    assert (store.alias("champion"), store.alias("challenger")) == ("2", None)

    rolled_back = mirror("trip", {"champion": store.first})
    assert (store.alias("champion"), rolled_back.aliases) == ("1", {"champion": "1"})
    versions = store.client.search_model_versions("name = 'trip'")
    assert {v.tags["bundle"] for v in versions} == {store.first.bundle, store.second.bundle}
    assert len(versions) == 2


def test_a_version_tells_bundle_release_and_evidence_and_is_that_of_the_run(store: Store) -> None:
    store.registry.mirror("trip", {"champion": store.first})
    found = store.client.get_model_version_by_alias("trip", "champion")
    assert found.tags == {
        "bundle": store.first.bundle,
        "release_version": "1",
        "blessing.evaluation": f"{1:064x}",
    }
    assert found.run_id == store.first.run


def test_mirroring_again_repairs_what_somebody_moved(store: Store) -> None:
    store.registry.mirror("trip", {"champion": store.first, "challenger": store.second})
    store.client.set_registered_model_alias("trip", "champion", "2")
    store.client.delete_registered_model_alias("trip", "challenger")
    store.registry.mirror("trip", {"champion": store.first, "challenger": store.second})
    assert (store.alias("champion"), store.alias("challenger")) == ("1", "2")


@pytest.mark.parametrize(
    "run",
    [
        pytest.param("", id="of a bundle that names no run"),
        pytest.param("0" * 32, id="the store does not know"),
        pytest.param("second", id="of another bundle"),
    ],
)
def test_no_alias_points_at_the_wrong_model_for_a_run(store: Store, run: str) -> None:
    store.registry.mirror("trip", {"champion": store.second})
    run = store.second.run if run == "second" else run
    strange = Holder("f" * 64, 1, run, {})
    told = store.registry.mirror("trip", {"champion": strange})
    assert (store.alias("champion"), told.aliases) == (None, {})
    assert told.notes == ("version 1 is not shown: its run is not in the store",)


def test_a_store_that_cannot_be_used_is_named_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    registry = MlflowRegistry(f"sqlite:///{tmp_path}/file/mlruns.db")
    with pytest.raises(TrackingUnavailable) as refused:
        registry.mirror("trip", {})
    assert "mooring mirror trip" in refused.value.cure
