"""How a model service is started: one command and one environment, for those who bless it and for
those who serve it, so that what was blessed is what is served.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from mooring.process.ports import LOOPBACK

_HOP_TOKEN = ("MOORING_HOP_TOKEN", "MOORING_HOP_TOKEN_FILE")


@dataclass(frozen=True)
class ServiceProcess:
    """One bundle behind one port: `service` is what `bentoml serve` is given, `bundle` the full id
    that the folder must have, `home` where BentoML may write.
    """

    service: str
    folder: Path
    bundle: str
    version: int
    home: Path
    port: int
    # Who judges it is no gateway, and has not the gateway's token.
    on_trial: bool = False

    @property
    def command(self) -> list[str]:
        """`python -m`, because the scripts of an exported environment ignore PYTHONPATH."""
        where = ["--host", LOOPBACK, "--port", str(self.port)]
        return [sys.executable, "-m", "bentoml", "serve", self.service, *where]

    @property
    def environ(self) -> dict[str, str]:
        """What the service reads besides what it inherits."""
        told = {
            "MOORING_BUNDLE": str(self.folder),
            "MOORING_BUNDLE_ID": self.bundle,
            "MOORING_MODEL_VERSION": str(self.version),
            "MOORING_HOME": str(self.home),
            "BENTOML_HOME": str(self.home / "bentoml"),
            "BENTOML_DO_NOT_TRACK": "true",
        }
        return told | dict.fromkeys(_HOP_TOKEN, "") if self.on_trial else told

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{LOOPBACK}:{self.port}"
