"""A disk that refuses in the middle of anything: nothing is torn, lost or written twice."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Literal

import pytest

from mooring.predictionlog.files import Disk
from mooring.predictionlog.frames import Frame, Kind
from mooring.predictionlog.journal import Clock, Journal, Owner
from mooring.predictionlog.testing.records import (
    CONTEXT,
    GATEWAY,
    entry,
    ids_of,
    left_open,
    logged,
)

Moment = Literal["write", "half a write", "sync"]


class RefusingDisk(Disk):
    """A disk that refuses one call, counted from now."""

    def __init__(self) -> None:
        self.moment: Moment = "write"
        self.after = -1

    def refuse(self, moment: Moment, after: int = 0) -> None:
        """Refuse the call that comes after so many of its kind."""
        self.moment, self.after = moment, after

    def write(self, handle: int, content: bytes) -> None:
        if self._now("write"):
            raise OSError(errno.ENOSPC, "no room")
        if self._now("half a write"):
            super().write(handle, content[: len(content) // 2])
            raise OSError(errno.ENOSPC, "no room")
        super().write(handle, content)

    def sync(self, handle: int) -> None:
        if self._now("sync"):
            raise OSError(errno.EIO, "the disk is gone")
        super().sync(handle)

    def _now(self, moment: Moment) -> bool:
        if moment != self.moment or self.after < 0:
            return False
        self.after -= 1
        return self.after < 0


@pytest.fixture
def disk() -> RefusingDisk:
    return RefusingDisk()


@pytest.fixture
def journal(tmp_path: Path, disk: RefusingDisk) -> Journal:
    times = iter(range(1_767_225_600, 1_767_229_200))
    clock = Clock(lambda: float(next(times)), lambda: 0.0)
    return Journal(tmp_path, Owner(GATEWAY, "0000000a"), disk, clock)


def frames(*numbers: int) -> list[Frame]:
    made = [CONTEXT.frame()]
    for number in numbers:
        (part,) = entry(number).parts()
        made.append(Frame(Kind.ROWS, part.payload, number, CONTEXT.key, part.rows))
    return made


@pytest.mark.parametrize("moment", ["write", "half a write", "sync"])
@pytest.mark.parametrize("after", [0, 1], ids=["of a new file", "of the first records"])
def test_what_was_refused_can_be_appended_again(
    tmp_path: Path, journal: Journal, disk: RefusingDisk, moment: Moment, after: int
) -> None:
    disk.refuse(moment, after)
    with pytest.raises(OSError, match=r"no room|gone"):
        journal.append(frames(1, 2))
    journal.append(frames(1, 2))
    journal.append(frames(3))
    journal.close()
    assert logged(tmp_path) == ids_of(entry(number) for number in (1, 2, 3))


@pytest.mark.parametrize("moment", ["write", "half a write", "sync"])
def test_a_refusal_at_the_end_leaves_a_segment_that_can_be_sealed_again(
    tmp_path: Path, journal: Journal, disk: RefusingDisk, moment: Moment
) -> None:
    journal.append(frames(1, 2))
    disk.refuse(moment)
    with pytest.raises(OSError, match=r"no room|gone"):
        journal.close()
    assert len(left_open(tmp_path)) == 1
    journal.append(frames(3))
    journal.close()
    assert logged(tmp_path) == ids_of(entry(number) for number in (1, 2, 3))


@pytest.mark.parametrize("moment", ["write", "half a write", "sync"])
def test_a_refusal_during_recovery_changes_nothing(
    tmp_path: Path, journal: Journal, disk: RefusingDisk, moment: Moment
) -> None:
    journal.append(frames(1, 2))
    journal.abandon()
    disk.refuse(moment)
    with pytest.raises(OSError, match=r"no room|gone"):
        journal.recover()
    assert logged(tmp_path) == []
    journal.recover()
    assert logged(tmp_path) == ids_of(entry(number) for number in (1, 2))
