"""`python -m mooring.gateway`: the gateway process, configured by its environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from mooring.gateway.errors import StartError
from mooring.gateway.logs import configure_logging
from mooring.gateway.settings import Settings
from mooring.gateway.wiring import run


def main(environ: Mapping[str, str]) -> int:
    """Run the gateway; a mistake of its operator is one line on stderr, not a traceback."""
    try:
        return run(Settings.of(environ))
    except StartError as error:
        sys.stderr.write(f"mooring gateway: {error}\n")
        return error.exit_code


if __name__ == "__main__":
    configure_logging()
    sys.exit(main(os.environ))
