"""From raw data to a bundle: the verbs `ingest` and `train`, and which bundle a verb is about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from mooring.bundle.atomic import write_file
from mooring.bundle.open import Bundle, open_bundle
from mooring.bundle.write import folder_of
from mooring.cli.errors import NothingToBless, NotRetrainable
from mooring.cli.registry import Model
from mooring.cli.workspace import Workspace
from mooring.data.dataset import DatasetVersion, latest, read_version
from mooring.data.ingest import Ingested, ingest, table_of
from mooring.training.adopted import AdoptedPlan, make_bundle
from mooring.training.plan import TrainingPlan
from mooring.training.retrain import moved
from mooring.training.train import Trained

Progress = Callable[[str], None]


def ingest_model(
    model: Model, space: Workspace, *, progress: Progress = lambda step: None
) -> Ingested:
    """Read the model's raw data into a dataset version."""
    return ingest(model.source, space.data, progress=progress)


def train_model(
    model: Model,
    space: Workspace,
    *,
    version: int | None = None,
    newest_days: bool = False,
    tracking: str | None = None,
    progress: Progress = lambda step: None,
) -> Trained:
    """Train on a dataset version and remember the bundle as the model's candidate.

    The model's plan says which days, or with `newest_days` the version, as of a retrain. A model
    without any dataset version is ingested first. Raises NotRetrainable for the newest days of one
    that was adopted.
    """
    # MLflow takes seconds to import; nothing else in this module needs it.
    from mooring.training.mlflow_tracker import MlflowTracker, sqlite_tracker

    tracker = MlflowTracker(tracking) if tracking else sqlite_tracker(space.home)
    table = table_of(space.data, model.name)
    if version is None and latest(table) is None:
        progress("ingest first: the model has no dataset yet")
        ingest_model(model, space)
    dataset, rows = read_version(table, version)
    plan = plan_of_newest_days(model, dataset) if newest_days else model.plan
    trained = make_bundle(plan, dataset, rows, space.bundles, tracker, progress)
    write_file(space.candidate(model.name), trained.bundle.id.encode())
    return trained


def plan_of_newest_days(model: Model, dataset: DatasetVersion) -> TrainingPlan:
    """The model's plan, moved to the days of a dataset version, whose last ones judge.

    Raises NotRetrainable for a model that was adopted, SplitError for too few days.
    """
    if isinstance(model.plan, AdoptedPlan):
        cure = "Train it where it came from, and adopt it again."
        raise NotRetrainable("it was adopted: nothing is fitted here", place=model.name, cure=cure)
    return moved(model.plan, date.fromisoformat(dataset.start), date.fromisoformat(dataset.end))


def candidate_of(model: Model, space: Workspace, bundle: str | None = None) -> Bundle:
    """Open the named bundle (an id or its first 16 digits), else the one trained last.

    Raises NothingToBless when there is none.
    """
    path = space.candidate(model.name)
    if bundle is None and not path.exists():
        raise NothingToBless(
            "no bundle has been trained", place=str(path), cure=f"Run `mooring train {model.name}`."
        )
    wanted = bundle or path.read_text()
    return open_bundle(
        folder_of(space.bundles, wanted), expect=wanted if len(wanted) == 64 else None
    )
