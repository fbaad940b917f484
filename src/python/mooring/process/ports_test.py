"""Ports of this machine: asked for, and asked about."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from mooring.process.errors import PortInUse
from mooring.process.ports import LOOPBACK, free_port, free_ports, is_open, require_free

KERNELS = Path("/proc/sys/net/ipv4/ip_local_port_range")


def test_those_that_are_asked_for_together_differ_and_are_free() -> None:
    found = free_ports(50)
    assert len(set(found)) == 50
    for port in found:
        require_free(port)


@pytest.mark.skipif(not KERNELS.exists(), reason="asks the Linux kernel")
def test_none_is_of_those_that_the_kernel_gives_away() -> None:
    first = int(KERNELS.read_text().split()[0])
    # A kernel that gives away lower ones than Linux does by itself leaves no better choice.
    assert max(free_ports(50)) < max(first, 32_768)


def test_one_that_is_taken_is_not_free() -> None:
    port = free_port()
    with socket.create_server((LOOPBACK, port)):
        assert is_open(port)
        with pytest.raises(PortInUse, match=f"{port}: the port is in use"):
            require_free(port)
        with pytest.raises(PortInUse, match="no free port was found"):
            free_ports(1, among=range(port, port + 1))
    assert not is_open(port)
