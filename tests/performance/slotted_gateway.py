"""The gateway with another number of slots: so many calls to a model service at once.

    python -m tests.performance.slotted_gateway SLOTS

With a slot for everybody no request ever joins another: what coalescing is measured against.
"""

from __future__ import annotations

import runpy
import sys

from mooring.gateway.__main__ import main
from mooring.gateway.hop import coalesce

GATEWAY = main.__module__.removesuffix(".__main__")

if __name__ == "__main__":
    coalesce.SLOTS = int(sys.argv.pop())
    runpy.run_module(GATEWAY, run_name="__main__")
