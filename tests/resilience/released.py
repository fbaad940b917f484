"""A released model of this repository, as far as it takes to serve it and to ask it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mooring.process.ports import free_port
from mooring.process.service import ServiceProcess
from tests.resilience.callers import Question

_MODELS = Path("models")


@dataclass(frozen=True)
class Released:
    """The champion of a model."""

    model: str
    service: str
    folder: Path
    version: int
    bundle: str

    @classmethod
    def champion(cls, model: str, service: str) -> Released:
        """Read from the model's `release.json`."""
        home = (_MODELS / model).absolute()
        champion: dict[str, Any] = json.loads((home / "release.json").read_text())["champion"]
        folder = home / champion["location"]
        return cls(model, service, folder, champion["version"], champion["bundle"])

    def process(self, home: Path) -> ServiceProcess:
        """A service of it on a free port, which may write below `home`."""
        return ServiceProcess(
            self.service, self.folder, self.bundle, self.version, home, free_port()
        )

    def question(self) -> Question:
        """Its first golden sample."""
        with (self.folder / "samples.jsonl").open() as samples:
            instance = json.loads(samples.readline())["instance"]
        body = json.dumps({"instances": [instance]}).encode()
        return Question(f"/v1/models/{self.model}:predict", body)
