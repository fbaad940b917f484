"""The gateway with another number of slots: so many calls to a model service at once.

    python -m tests.performance.slotted_gateway SLOTS

With a slot for everybody no request ever joins another: what coalescing is measured against.
"""

from __future__ import annotations

import os
import sys

from mooring.gateway.__main__ import main
from mooring.gateway.hop import coalesce
from mooring.gateway.logs import configure_logging

if __name__ == "__main__":
    coalesce.SLOTS = int(sys.argv[1])
    configure_logging()
    sys.exit(main(os.environ))
