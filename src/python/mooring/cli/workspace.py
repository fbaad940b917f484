"""Where things lie: the checkout with its models, and the home of everything that is made."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mooring.bundle.store import cache_in


@dataclass(frozen=True)
class Workspace:
    """`root` holds `models/<name>/release.json`; `home` holds data, bundles, runs and logs."""

    root: Path
    home: Path

    @property
    def data(self) -> Path:
        """Dataset tables, one folder per model."""
        return self.home / "data"

    @property
    def bundles(self) -> Path:
        """The store that training writes to."""
        return self.home / "bundles"

    @property
    def cache(self) -> Path:
        """Bundles that were fetched from a URL."""
        return cache_in(self.home)

    @property
    def blessings(self) -> Path:
        """Evidence on bundles of the store."""
        return self.home / "blessings"

    @property
    def logs(self) -> Path:
        """What servers print."""
        return self.home / "logs"

    @property
    def routing(self) -> Path:
        """The document that gateways obey."""
        return self.home / "routing.json"

    @property
    def candidates(self) -> Path:
        """One file a model, which names the bundle that was trained last."""
        return self.home / "candidates"

    def candidate(self, model: str) -> Path:
        """The file that names the bundle which was trained last."""
        return self.candidates / model

    def model(self, name: str) -> Path:
        """The folder of a model in the checkout."""
        return self.root / "models" / name

    def release(self, model: str) -> Path:
        """The release of a model."""
        return self.model(model) / "release.json"


def workspace_from(
    environ: Mapping[str, str] = os.environ, *, root: Path | None = None, home: Path | None = None
) -> Workspace:
    """The workspace of this process: `MOORING_ROOT`, set by the script `./mooring`, else the
    current folder; `MOORING_HOME`, else `.mooring` below the root.
    """
    chosen = (root or Path(environ.get("MOORING_ROOT") or Path.cwd())).absolute()
    home = home or Path(environ.get("MOORING_HOME") or chosen / ".mooring")
    return Workspace(chosen, home.absolute())
