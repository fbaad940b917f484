"""Removing state: the demo's by default, everything on request; never anything outside the home."""

from __future__ import annotations

import shutil
from pathlib import Path

from mooring.cli.workspace import Workspace

# What lives below the home; anything else there is not ours to remove.
EVERYTHING = (
    *("demo", "data", "bundles", "blessings", "candidates", "logs", "bentoml"),
    *("routing.json.published", "routing.json.lock", "rollouts"),
    *("mlruns.db", "mlartifacts", "routing.json", "gateway", "predictions", "feedback", "obs"),
    "monitor",
)


def clean_state(space: Workspace, everything: bool) -> list[Path]:
    """Remove the demo's state, or all state, and return what was removed."""
    names = EVERYTHING if everything else ("demo",)
    present = [space.home / name for name in names if (space.home / name).exists()]
    for path in present:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return present
