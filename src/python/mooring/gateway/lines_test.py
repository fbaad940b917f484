"""Nothing that a reader of the log does, or does not do, may hold up who writes it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from mooring.gateway.lines import Lines
from mooring.gateway.testing.gateway import until


@dataclass
class Pipe:
    """Both ends of a pipe; ends may be closed early."""

    reader: int
    writer: int


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    ends = Pipe(*os.pipe())
    yield ends
    for end in (ends.reader, ends.writer):
        try:
            os.close(end)
        except OSError:
            continue


@dataclass
class Losses:
    """How many lines were reported lost."""

    count: int = 0

    def __call__(self, lost: int) -> None:
        self.count += lost


def test_lines_are_written_whole_and_in_order(pipe: Pipe) -> None:
    lines = Lines(pipe.writer)
    for number in range(100):
        lines.write(b"line %d" % number)
    lines.close()
    os.close(pipe.writer)
    with os.fdopen(os.dup(pipe.reader), "rb") as reader:
        assert reader.read() == b"".join(b"line %d\n" % number for number in range(100))


def test_a_reader_that_has_stopped_costs_lines_and_no_time(pipe: Pipe) -> None:
    lines, losses = Lines(pipe.writer), Losses()
    lines.on_loss = losses
    for _ in range(30_000):
        lines.write(b"x" * 100)
    # It returned, 3 MB before a pipe of 64 KiB that nobody reads: 10,000 lines wait, as many may
    # have been taken to be written, and the pipe holds some hundred.
    assert losses.count >= 30_000 - 2 * 10_000 - 1_000
    lines.close()
    drained = threading.Thread(target=_drain, args=(pipe.reader,))
    drained.start()
    until(lambda: lines.waiting, lambda waiting: waiting == 0)
    os.close(pipe.writer)
    drained.join()


def _drain(descriptor: int) -> None:
    while os.read(descriptor, 65_536):
        pass


def test_a_reader_that_is_gone_costs_lines_only(pipe: Pipe) -> None:
    lines, losses = Lines(pipe.writer), Losses()
    lines.on_loss = losses
    os.close(pipe.reader)
    lines.write(b"x")
    until(lambda: losses.count, lambda count: count == 1)
    lines.write(b"y")
    until(lambda: losses.count, lambda count: count == 2)
    lines.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /dev/full")
def test_a_full_disk_costs_lines_only() -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    lines, losses = Lines(full), Losses()
    lines.on_loss = losses
    for _ in range(10):
        lines.write(b"x")
    until(lambda: losses.count, lambda count: count == 10)
    lines.close()
    os.close(full)


def test_nothing_to_say_starts_no_thread() -> None:
    before = threading.active_count()
    Lines(2).close()
    assert threading.active_count() == before
