"""`python -m mooring.monitor`: the monitor process, configured by its environment."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from types import FrameType


def main(environ: Mapping[str, str]) -> int:
    """Run the monitor; each mistake of its operator is one line on stderr, no traceback."""
    from mooring.contract.errors import MooringError
    from mooring.monitor.settings import Settings
    from mooring.monitor.wiring import run
    from mooring.process.errors import StartError

    try:
        return run(Settings.of(environ))
    except MooringError as error:
        sys.stderr.writelines(f"mooring monitor: {line}\n" for line in str(error).splitlines())
        # What lies on its disk is no mistake of its settings.
        return error.exit_code if isinstance(error, StartError) else os.EX_IOERR


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    # The first process of a container is sent no signal that it does not handle: without this, one
    # that comes while the imports below take their seconds would be lost, and the container killed
    # when its time is over.
    signal.signal(signal.SIGTERM, _end)
    from mooring.monitor.logs import configure_logging

    configure_logging()
    sys.exit(main(os.environ))
