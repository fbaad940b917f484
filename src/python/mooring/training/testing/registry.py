"""A registry whose store holds the runs of two bundles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
from mlflow.tracking import MlflowClient

from mooring.data.dataset import DatasetVersion
from mooring.training.mlflow_registry import MlflowRegistry
from mooring.training.mlflow_tracker import MlflowTracker
from mooring.training.plan import TrainingPlan
from mooring.training.registry import Holder
from mooring.training.train import Trained, train


@dataclass(frozen=True)
class Store:
    """A registry with the runs of two bundles in its store."""

    registry: MlflowRegistry
    client: MlflowClient
    first: Holder
    second: Holder

    def alias(self, role: str) -> str | None:
        """The release version that an alias points at."""
        aliases = self.client.get_registered_model("trip").aliases
        if role not in aliases:
            return None
        found = self.client.get_model_version("trip", aliases[role])
        return str(found.tags["release_version"])


def holder(trained: Trained, version: int) -> Holder:
    """The bundle as the holder of a role."""
    return Holder(trained.bundle.id, version, trained.run, {"evaluation": f"{version:064x}"})


def filled(
    tracker: MlflowTracker, plan: TrainingPlan, data: tuple[DatasetVersion, pl.DataFrame], to: Path
) -> Store:
    """Train two bundles that differ in their seed."""
    first = train(plan, *data, to, tracker)
    second = train(replace(plan, seed=2), *data, to, tracker)
    client = MlflowClient(tracker.uri, tracker.uri)
    return Store(MlflowRegistry(tracker.uri), client, holder(first, 1), holder(second, 2))
