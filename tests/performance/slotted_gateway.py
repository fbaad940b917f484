"""The gateway with another number of slots: so many calls to a model service at once.

    python -m tests.performance.slotted_gateway SLOTS

With a slot for everybody no request ever joins another: what coalescing is measured against.
"""

from __future__ import annotations

import os
import sys
from contextlib import closing

from mooring.gateway.__main__ import main
from mooring.gateway.hop import coalesce
from mooring.gateway.lines import STDERR, Lines
from mooring.gateway.logs import configure_logging

if __name__ == "__main__":
    coalesce.SLOTS = int(sys.argv[1])
    with closing(Lines(STDERR)) as lines:
        configure_logging(lines)
        sys.exit(main(os.environ, lines))
