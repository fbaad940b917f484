"""The gateway with a log whose disk takes a quarter of a second for every sync.

python -m tests.performance.slow_log_gateway
"""

from __future__ import annotations

import os
import sys
from contextlib import closing
from functools import partial

from mooring.gateway.capture.make import make_log
from mooring.gateway.lines import STDERR, Lines
from mooring.gateway.logs import configure_logging
from mooring.gateway.settings import Settings
from mooring.gateway.wiring import run
from mooring.predictionlog.testing.writers import SLOW_WRITER

if __name__ == "__main__":
    with closing(Lines(STDERR)) as lines:
        configure_logging(lines)
        sys.exit(run(Settings.of(os.environ), lines, partial(make_log, writer=SLOW_WRITER)))
