"""What a child process needs to import what this process imports."""

from __future__ import annotations

import os
import sys


def environment() -> dict[str, str]:
    """This process' variables without the product's own, and its import path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MOORING_")}
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
