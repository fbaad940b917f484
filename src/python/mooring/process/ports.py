"""Ports of this machine's own address: whether one is free, and one that is."""

from __future__ import annotations

import socket

from mooring.process.errors import PortInUse

LOOPBACK = "127.0.0.1"

_CONNECT_SECONDS = 2.0


def require_free(port: int) -> None:
    """Raises PortInUse when somebody listens at `port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            raise PortInUse(
                "the port is in use",
                place=f"{LOOPBACK}:{port}",
                cure="Stop who listens there, or choose another port; see --help.",
            ) from None


def free_port() -> int:
    """A port that nobody has now; somebody may be quicker than who asked."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def is_open(port: int) -> bool:
    """Whether a connection to `port` is accepted."""
    with socket.socket() as probe:
        probe.settimeout(_CONNECT_SECONDS)
        return probe.connect_ex((LOOPBACK, port)) == 0
