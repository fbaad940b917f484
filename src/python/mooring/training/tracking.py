"""The port to experiment tracking: what a training run tells, and to whom it does not matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from mooring.contract.contract import Contract
from mooring.data.dataset import DatasetVersion


class Run(Protocol):
    """One tracked run, open while training goes on."""

    @property
    def id(self) -> str:
        """The tracking system's name for the run."""

    def log_data(self, dataset: DatasetVersion) -> None:
        """Record which dataset version is learned from."""

    def log_results(self, parameters: Mapping[str, str], metrics: Mapping[str, float]) -> None:
        """Record parameters and metrics."""

    def log_graph(self, graph: Any, contract: Contract) -> None:
        """Record the ONNX model that serves, with the contract as its signature."""

    def log_pipeline(self, pipeline: Any, trusted: Sequence[str], contract: Contract) -> None:
        """Record the scikit-learn pipeline that serves in its stead, in the same way."""

    def log_files(self, folder: Path) -> None:
        """Record the files of the finished bundle."""


class Tracker(Protocol):
    """Opens runs."""

    def run(self, experiment: str) -> AbstractContextManager[Run]:
        """Open a run; it ends with the context, as failed when an exception leaves it."""
