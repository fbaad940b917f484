"""Ports of this machine's own address: whether one is free, and some that are."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack
from pathlib import Path

from mooring.process.errors import PortInUse

LOOPBACK = "127.0.0.1"

_CONNECT_SECONDS = 2.0

# Which ports the kernel gives to connections and listeners that do not choose one (ip(7)). Who asks
# for a free port binds it seconds later, and until then any of these may come and go.
_KERNELS = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST, _FIRST_OF_KERNELS = 20_000, 32_768
_TRIES = 100


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
    """A port that nobody has now, and that the kernel gives to nobody unasked.

    Raises PortInUse when there is none.
    """
    (port,) = free_ports(1)
    return port


def free_ports(count: int, among: range | None = None) -> tuple[int, ...]:
    """So many of them, no two alike; `among` these, if it is given. Raises PortInUse."""
    choice = among or _not_the_kernels()
    with ExitStack() as held:
        return tuple(_bound(held.enter_context(socket.socket()), choice) for _ in range(count))


def _bound(probe: socket.socket, choice: range) -> int:
    # Not from the common generator: processes that start alike would choose alike.
    for port in random.SystemRandom().sample(choice, min(_TRIES, len(choice))):
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            continue
        return port
    raise PortInUse(
        "no free port was found",
        place=f"{LOOPBACK}:{choice.start}-{choice.stop - 1}",
        cure="Stop who listens there.",
    )


def _not_the_kernels() -> range:
    try:
        first = int(_KERNELS.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        first = _FIRST_OF_KERNELS
    # A kernel that gives all of them away leaves no better choice.
    return range(_LOWEST, max(first, _FIRST_OF_KERNELS))


def is_open(port: int) -> bool:
    """Whether a connection to `port` is accepted."""
    with socket.socket() as probe:
        probe.settimeout(_CONNECT_SECONDS)
        return probe.connect_ex((LOOPBACK, port)) == 0
