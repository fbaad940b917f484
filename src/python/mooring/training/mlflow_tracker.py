"""Runs tracked by MLflow: SQLite by default, a server by URL. Never on the serving path."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# MLflow reads it at import; a product that is tried out must not report to anybody.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")

# MLflow tries an absent server seven times, for more than three minutes.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")

import mlflow
import mlflow.onnx
import mlflow.sklearn
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature, get_model_info
from mlflow.tracking import MlflowClient
from mlflow.types import ColSpec, Schema

from mooring.bundle.fingerprint import fingerprint
from mooring.contract.contract import Contract
from mooring.contract.feature import Kind
from mooring.data.dataset import DatasetVersion
from mooring.training.errors import SignatureMismatch, TrackingUnavailable

_JOB = "mooring.job"

_TYPES: dict[Kind, str] = {
    "float": "double",
    "integer": "long",
    "string": "string",
    "boolean": "boolean",
}


def quieten() -> None:
    """Alembic tells every table it makes; that is noise on a first run."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("mlflow.store").setLevel(logging.WARNING)


def signature_of(contract: Contract) -> ModelSignature:
    """The contract as an MLflow signature: every feature with its type, nullable = not required.

    MLflow cannot infer it: nullable integers silently cost the whole signature (mlflow#25593).
    """
    inputs: list[Any] = [
        ColSpec(_TYPES[f.kind], f.name, required=not f.nullable) for f in contract.features
    ]
    return ModelSignature(Schema(inputs), Schema([ColSpec("double", contract.prediction.name)]))


def sqlite_tracker(home: Path, job: str = "") -> MlflowTracker:
    """The default: a database and a folder of artifacts below `home`."""
    home.mkdir(parents=True, exist_ok=True)
    return MlflowTracker(f"sqlite:///{home / 'mlruns.db'}", (home / "mlartifacts").as_uri(), job)


@dataclass(frozen=True)
class MlflowTracker:
    """Opens runs in the tracking store at `uri`; a server keeps `artifacts` itself (None).

    `job` names work that one process does at a time, and does again after a kill: what a killed one
    left as running is ended by the next.
    """

    uri: str
    artifacts: str | None = None
    job: str = ""

    @contextmanager
    def run(self, experiment: str) -> Iterator[MlflowRun]:
        """Open a run in `experiment`, which is made when it is new."""
        quieten()
        # It warns that there is no pip beside it; what the model needs is told explicitly.
        logging.getLogger("mlflow.utils.environment").setLevel(logging.ERROR)
        try:
            mlflow.set_tracking_uri(self.uri)
            client = MlflowClient(self.uri)
            experiment_id = self._experiment(client, experiment)
            self._end_cut_off(client, experiment_id)
        except (MlflowException, OSError) as error:
            raise TrackingUnavailable(
                f"the tracking store cannot be used ({type(error).__name__})",
                place=self.uri,
                cure="Check that it can be reached and written.",
            ) from error
        tags = {_JOB: self.job} if self.job else None
        with mlflow.start_run(experiment_id=experiment_id, tags=tags) as active:
            yield MlflowRun(active.info.run_id, client)

    def _end_cut_off(self, client: MlflowClient, experiment_id: str) -> None:
        if not self.job:
            return
        cut_off = f"tags.`{_JOB}` = '{self.job}' and attributes.status = 'RUNNING'"
        for run in client.search_runs([experiment_id], cut_off):
            client.set_terminated(run.info.run_id, "KILLED")

    def _experiment(self, client: MlflowClient, name: str) -> str:
        found = client.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        return str(client.create_experiment(name, artifact_location=self.artifacts))


@dataclass(frozen=True)
class MlflowRun:
    """One open run."""

    id: str
    client: MlflowClient

    def log_data(self, dataset: DatasetVersion) -> None:
        """Record the dataset version as a Delta source with its digest."""
        source = json.dumps({"path": dataset.uri, "version": dataset.version})
        entity = Dataset(dataset.name, dataset.sha256[:36], "delta", source)
        tag = InputTag("mlflow.data.context", "training")
        self.client.log_inputs(self.id, [DatasetInput(entity, [tag])])

    def log_results(self, parameters: Mapping[str, str], metrics: Mapping[str, float]) -> None:
        """Record parameters and metrics in one request."""
        self.client.log_batch(
            self.id,
            metrics=[Metric(name, value, 0, 0) for name, value in metrics.items()],
            params=[Param(name, value) for name, value in parameters.items()],
        )

    def log_graph(self, graph: Any, contract: Contract) -> None:
        """Record the graph, read it back, and refuse a signature that is not the contract."""
        info = mlflow.onnx.log_model(
            graph, name="model", signature=signature_of(contract),
            pip_requirements=_needed("onnxruntime", "numpy"),
        )  # fmt: skip
        check_signature(get_model_info(info.model_uri).signature, contract)

    def log_pipeline(self, pipeline: Any, trusted: Sequence[str], contract: Contract) -> None:
        """The same for a pipeline, which is written by skops: never as a pickle."""
        info = mlflow.sklearn.log_model(
            pipeline, name="model", signature=signature_of(contract),
            pip_requirements=_needed("scikit-learn", "skops", "numpy"),
            serialization_format=mlflow.sklearn.SERIALIZATION_FORMAT_SKOPS,
            skops_trusted_types=list(trusted),
        )  # fmt: skip
        check_signature(get_model_info(info.model_uri).signature, contract)

    def log_files(self, folder: Path) -> None:
        """Record the bundle's files as artifacts."""
        self.client.log_artifacts(self.id, str(folder), "bundle")


def _needed(*packages: str) -> list[str]:
    """What it takes to run the logged model; MLflow would start a process to guess it."""
    versions = fingerprint()
    return [f"{name}=={versions[name]}" for name in packages]


def check_signature(recorded: ModelSignature | None, contract: Contract) -> None:
    """Raise SignatureMismatch unless what was recorded is the contract's signature."""
    if recorded != signature_of(contract):
        raise SignatureMismatch(
            "the recorded model signature is not the contract's",
            place=f"MLflow model of {contract.name}",
            cure="Log the model through MlflowRun; never let MLflow infer a signature.",
        )
