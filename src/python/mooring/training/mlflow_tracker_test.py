"""What MLflow records of a training run, in a database of the test's own."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import mlflow
import polars as pl
import pytest
from mlflow.models import ModelSignature, get_model_info
from mlflow.tracking import MlflowClient
from mlflow.types import ColSpec, Schema

from mooring.contract.contract import Contract
from mooring.data.dataset import DatasetVersion
from mooring.data.errors import DatasetEmpty
from mooring.training.errors import SignatureMismatch, TrackingUnavailable
from mooring.training.mlflow_tracker import (
    MlflowTracker,
    check_signature,
    signature_of,
    sqlite_tracker,
)
from mooring.training.plan import TrainingPlan
from mooring.training.train import Trained, train


@pytest.fixture(scope="module")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> MlflowTracker:
    """A new home whose name needs care in a URL."""
    return sqlite_tracker(tmp_path_factory.mktemp("home") / "of the tests")


@pytest.fixture(scope="module")
def client(tracker: MlflowTracker) -> MlflowClient:
    return MlflowClient(tracker.uri)


@pytest.fixture(scope="module")
def trained(
    plan: TrainingPlan,
    dataset: DatasetVersion,
    rows: pl.DataFrame,
    tracker: MlflowTracker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Trained:
    return train(plan, dataset, rows, tmp_path_factory.mktemp("bundles"), tracker)


def test_the_run_ends_as_finished_in_the_experiment_of_the_model(
    client: MlflowClient, trained: Trained
) -> None:
    run = client.get_run(trained.run)
    assert run.info.status == "FINISHED"
    assert client.get_experiment(run.info.experiment_id).name == "trip"


def test_parameters_and_metrics_are_recorded(client: MlflowClient, trained: Trained) -> None:
    recorded = client.get_run(trained.run).data
    assert recorded.params == {
        "seed": "20130401",
        "calibration": "sigmoid",
        "fit": "2013-01-01 to 2013-01-14",
        "calibrate": "2013-01-15 to 2013-01-21",
        "holdout": "2013-01-22 to 2013-01-31",
        "runtime": "onnx",
        "bundle": trained.bundle.id,
    }
    assert recorded.metrics == pytest.approx(trained.facts.metrics)


def test_the_dataset_is_recorded_with_version_and_digest(
    client: MlflowClient, trained: Trained, dataset: DatasetVersion
) -> None:
    inputs = client.get_run(trained.run).inputs
    assert inputs is not None
    (recorded,) = inputs.dataset_inputs
    assert (recorded.dataset.name, recorded.dataset.source_type) == ("trip", "delta")
    assert dataset.sha256.startswith(recorded.dataset.digest)
    assert len(recorded.dataset.digest) == 36
    assert json.loads(recorded.dataset.source) == {"path": dataset.uri, "version": 3}


def test_every_file_of_the_bundle_is_an_artifact(
    client: MlflowClient, trained: Trained, tmp_path: Path
) -> None:
    folder = Path(client.download_artifacts(trained.run, "bundle", str(tmp_path)))
    for name, content in trained.bundle.files.items():
        assert (folder / name).read_bytes() == content
    assert (folder / "manifest.json").exists()


def test_the_signature_of_the_logged_model_is_the_contract(
    client: MlflowClient, trained: Trained, contract: Contract
) -> None:
    outputs = client.get_run(trained.run).outputs
    assert outputs is not None
    (output,) = outputs.model_outputs
    signature = get_model_info(f"models:/{output.model_id}").signature
    assert signature.inputs.to_dict() == [
        {"type": "string", "name": "carrier", "required": True},
        {"type": "long", "name": "hour", "required": True},
        {"type": "long", "name": "stops", "required": False},
        {"type": "double", "name": "temp", "required": False},
    ]
    assert signature.outputs.to_dict() == [{"type": "double", "name": "late", "required": True}]
    check_signature(signature, contract)


def test_a_pipeline_that_skops_serves_is_logged_by_skops_with_the_same_signature(
    plan: TrainingPlan,
    dataset: DatasetVersion,
    rows: pl.DataFrame,
    tracker: MlflowTracker,
    client: MlflowClient,
    tmp_path: Path,
) -> None:
    made = train(replace(plan, tolerance="0.000000000001"), dataset, rows, tmp_path, tracker)
    assert client.get_run(made.run).data.params["runtime"] == "skops"
    outputs = client.get_run(made.run).outputs
    assert outputs is not None
    (output,) = outputs.model_outputs
    info = get_model_info(f"models:/{output.model_id}")
    check_signature(info.signature, plan.contract)
    told = info.flavors["sklearn"]
    assert (told["serialization_format"], told["pickled_model"]) == ("skops", "model.skops")
    folder = Path(mlflow.artifacts.download_artifacts(f"models:/{output.model_id}"))
    names = {path.name for path in folder.rglob("*")}
    assert "model.skops" in names
    assert not [name for name in names if name.endswith((".pkl", ".pickle", ".joblib"))]


def specs(contract: Contract) -> list[ColSpec]:
    return list(signature_of(contract).inputs.inputs)


def test_no_signature_at_all_is_refused(contract: Contract) -> None:
    with pytest.raises(SignatureMismatch, match="not the contract's"):
        check_signature(None, contract)


@pytest.mark.parametrize(
    ("index", "spec"),
    [
        pytest.param(1, None, id="a feature is missing"),
        pytest.param(1, ColSpec("double", "hour"), id="an integer became a float"),
        pytest.param(2, ColSpec("long", "stops", required=True), id="a nullable one is required"),
        pytest.param(3, ColSpec("double", "temperature", required=False), id="another name"),
    ],
)
def test_a_signature_is_refused_when(contract: Contract, index: int, spec: ColSpec | None) -> None:
    inputs = specs(contract)
    inputs[index : index + 1] = [spec] if spec else []
    with pytest.raises(SignatureMismatch, match="not the contract's"):
        check_signature(signature_with(inputs), contract)


def test_a_signature_is_refused_when_the_order_of_features_changes(contract: Contract) -> None:
    with pytest.raises(SignatureMismatch):
        check_signature(signature_with(specs(contract)[::-1]), contract)


def signature_with(inputs: list[ColSpec]) -> ModelSignature:
    return ModelSignature(Schema([*inputs]), Schema([ColSpec("double", "late")]))


def test_a_run_that_fails_is_marked_so(
    plan: TrainingPlan,
    dataset: DatasetVersion,
    rows: pl.DataFrame,
    tracker: MlflowTracker,
    client: MlflowClient,
    trained: Trained,
    tmp_path: Path,
) -> None:
    with pytest.raises(DatasetEmpty):
        train(plan, dataset, rows.head(5), tmp_path, tracker)
    experiment = client.get_experiment_by_name("trip")
    assert experiment is not None
    failed = client.search_runs([experiment.experiment_id], "attributes.status = 'FAILED'")
    assert len(failed) == 1
    assert failed[0].info.run_id != trained.run


def test_a_run_after_a_failed_one_is_its_own(tracker: MlflowTracker, client: MlflowClient) -> None:
    with pytest.raises(ZeroDivisionError), tracker.run("trip") as failing:
        raise ZeroDivisionError
    with tracker.run("trip") as run:
        assert run.id != failing.id
    assert client.get_run(run.id).info.status == "FINISHED"


@pytest.mark.parametrize(
    "uri",
    [
        pytest.param("nonsense://here", id="a store of no known kind"),
        pytest.param("sqlite:///{tmp}/file/mlruns.db", id="a database below a file"),
    ],
)
def test_a_store_that_cannot_be_used_is_named(tmp_path: Path, uri: str) -> None:
    (tmp_path / "file").write_text("in the way")
    place = uri.format(tmp=tmp_path)
    with pytest.raises(TrackingUnavailable) as refused, MlflowTracker(place).run("trip"):
        pytest.fail("the run was opened")
    assert refused.value.place == place
    assert "reached and written" in refused.value.cure
