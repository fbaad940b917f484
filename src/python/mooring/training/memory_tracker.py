"""A tracker that keeps runs in memory: for tests, and for training without a tracking store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mooring.contract.contract import Contract
from mooring.data.dataset import DatasetVersion


@dataclass
class MemoryRun:
    """A run whose record is `told`, by kind."""

    id: str
    told: dict[str, Any] = field(default_factory=dict)

    def log_data(self, dataset: DatasetVersion) -> None:
        """Keep the dataset version."""
        self.told["dataset"] = dataset

    def log_results(self, parameters: Mapping[str, str], metrics: Mapping[str, float]) -> None:
        """Keep parameters and metrics."""
        self.told |= {"parameters": dict(parameters), "metrics": dict(metrics)}

    def log_graph(self, graph: Any, contract: Contract) -> None:
        """Keep the contract that the model was logged with."""
        self.told |= {"contract": contract, "form": "onnx"}

    def log_pipeline(self, pipeline: Any, trusted: Sequence[str], contract: Contract) -> None:
        """Keep the contract that the model was logged with."""
        self.told |= {"contract": contract, "form": "skops"}

    def log_files(self, folder: Path) -> None:
        """Keep the names of the files."""
        self.told["files"] = sorted(path.name for path in folder.iterdir())


@dataclass
class MemoryTracker:
    """Numbers its runs from 1."""

    runs: list[MemoryRun] = field(default_factory=list)

    @contextmanager
    def run(self, experiment: str) -> Iterator[MemoryRun]:
        """Open a run."""
        self.runs.append(MemoryRun(f"{experiment}-{len(self.runs) + 1}"))
        yield self.runs[-1]
