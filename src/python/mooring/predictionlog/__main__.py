"""The writer: `python -m mooring.predictionlog '{…}'`, started by a gateway, a socket as stdin."""

from __future__ import annotations

import sys

from mooring.predictionlog.files import Disk
from mooring.predictionlog.process import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Disk()))
