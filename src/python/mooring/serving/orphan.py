"""A worker ends with its supervisor, even one that is killed.

BentoML's worker leads a session of its own, so nothing that happens to the supervisor's group
reaches it: after `kill -9` or the out-of-memory killer it would hold the port for ever (seen with
1.4.39). Linux can be asked to tell it; elsewhere this does nothing.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # prctl(2)

# How the supervisor tells its worker who it is.
SUPERVISOR = "MOORING_SUPERVISOR_PID"


def announce_supervisor() -> None:
    """Called in the supervisor before it starts a worker."""
    os.environ[SUPERVISOR] = str(os.getpid())


def end_with_supervisor() -> None:
    """Have this process sent SIGTERM, hence drained and ended, when its supervisor dies."""
    supervisor = os.environ.pop(SUPERVISOR, "")
    if not supervisor or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    if str(os.getppid()) != supervisor:  # it died before we asked
        signal.raise_signal(signal.SIGTERM)
