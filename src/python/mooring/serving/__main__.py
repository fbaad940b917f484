"""`python -m mooring.serving BENTO …`: `bentoml serve`, as the first process of a container.

The kernel sends process 1 no signal that it does not handle. BentoML handles SIGTERM once it
serves; until then, for the seconds of its imports, a container could only be killed.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType


def _end(number: int, frame: FrameType | None) -> None:
    # Not by an exception, which an import in progress may take for its own. Nothing is open yet.
    os._exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    from bentoml_cli.cli import cli

    cli(["serve", *sys.argv[1:]], prog_name="bentoml")
