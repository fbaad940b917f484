"""Run a measured piece of work as a process of its own, so that its memory is its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from tests.performance import voyages


def measure(*arguments: object) -> dict[str, Any]:
    """What `python -m tests.performance.voyages ARGUMENTS` says it did and took."""
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-m", voyages.__name__, *map(str, arguments)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found
