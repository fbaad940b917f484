"""What is served of a model, however it came to be chosen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Served:
    """One model to serve: its name, what `bentoml serve` is given, and the verified bundle."""

    name: str
    service: str
    bundle: str
    folder: Path
    version: int
