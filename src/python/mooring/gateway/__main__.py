"""`python -m mooring.gateway`: the gateway process, configured by its environment.

With the word `check-config` it only looks at all that it would be configured by: in an image, where
there is no `mooring` command.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mooring.gateway.lines import Lines


def main(environ: Mapping[str, str], lines: Lines | None = None) -> int:
    """Run the gateway; each mistake of its operator is one line on stderr, no traceback."""
    from mooring.gateway.lines import STDERR, Lines
    from mooring.gateway.settings import Settings
    from mooring.gateway.wiring import run
    from mooring.process.errors import StartError

    try:
        return run(Settings.of(environ), lines or Lines(STDERR))
    except StartError as error:
        sys.stderr.writelines(f"mooring gateway: {line}\n" for line in str(error).splitlines())
        return error.exit_code


def look(environ: Mapping[str, str]) -> int:
    """Name each mistake in what a gateway is configured by; 78 if there is one."""
    from mooring.gateway.check import check

    faults = check(environ).faults
    sys.stderr.writelines(f"mooring gateway: {fault}\n" for fault in faults)
    return os.EX_CONFIG if faults else os.EX_OK


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    # The first process of a container is sent no signal that it does not handle: without this, one
    # that comes while the imports below take their second would be lost, and the container killed
    # when its time is over.
    signal.signal(signal.SIGTERM, _end)
    if sys.argv[1:] == ["check-config"]:
        sys.exit(look(os.environ))
    from contextlib import closing

    from mooring.gateway.lines import STDERR, Lines
    from mooring.gateway.logs import configure_logging

    with closing(Lines(STDERR)) as written:
        configure_logging(written)
        sys.exit(main(os.environ, written))
