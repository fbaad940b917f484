"""Segments on a real disk: sealed, recovered, read, damaged, kept and erased."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from mooring.predictionlog.errors import DamagedSegment
from mooring.predictionlog.files import Disk
from mooring.predictionlog.frames import MAGIC, Frame, Kind
from mooring.predictionlog.journal import Clock, Journal, Owner, Rotation
from mooring.predictionlog.layout import OPEN, SEALED, locked, log_folder, segments
from mooring.predictionlog.reader import predictions
from mooring.predictionlog.records import Predictions
from mooring.predictionlog.recovery import recover
from mooring.predictionlog.retention import Keep, delete, retain
from mooring.predictionlog.scan import examine
from mooring.predictionlog.testing.records import (
    CONTEXT,
    GATEWAY,
    MODEL,
    entry,
    ids_of,
    left_open,
    logged,
)

NOW = 1_767_225_600.0


class Time:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return log_folder(tmp_path, "predictions", MODEL, GATEWAY)


def journal(
    home: Path,
    time: Time,
    process: str = "0000000a",
    rotation: Rotation | None = None,
    **keep: float,
) -> Journal:
    clock = Clock(time, time)
    kept = Keep(seconds=keep.get("seconds", 1e9), bytes=int(keep.get("bytes", 1e12)))
    return Journal(home, Owner(GATEWAY, process), Disk(), clock, rotation, kept)


def frames(*numbers: int, rows: int = 1) -> list[Frame]:
    """A context, and a frame for each number."""
    made = [CONTEXT.frame()]
    for number in numbers:
        (part,) = entry(number, rows).parts()
        made.append(Frame(Kind.ROWS, part.payload, number, CONTEXT.key, part.rows))
    return made


def names(*numbers: int, rows: int = 1) -> list[str]:
    return ids_of(entry(number, rows) for number in numbers)


def ids_in(batches: Iterable[Predictions]) -> list[str]:
    return [name for batch in batches for name in batch.ids]


def test_a_segment_is_read_only_after_it_is_sealed(tmp_path: Path, time: Time) -> None:
    written = journal(tmp_path, time)
    written.append(frames(1, 2))
    assert logged(tmp_path) == []
    written.close()
    assert logged(tmp_path) == names(1, 2)


@pytest.mark.parametrize(
    ("rotation", "seconds", "sealed"),
    [
        pytest.param(Rotation(most_bytes=100), 0, 1, id="large enough"),
        pytest.param(Rotation(most_seconds=60), 60, 1, id="old enough"),
        pytest.param(Rotation(most_seconds=60), 59, 0, id="neither"),
    ],
)
def test_segments_are_sealed_by_size_and_by_age(
    tmp_path: Path, folder: Path, time: Time, rotation: Rotation, seconds: float, sealed: int
) -> None:
    written = journal(tmp_path, time, rotation=rotation)
    written.append(frames(1))
    time.now += seconds
    written.seal_due()
    assert len(segments(folder)) == sealed
    assert len(segments(folder, OPEN)) == 1 - sealed
    written.close()


def test_segments_are_read_in_the_order_of_time(tmp_path: Path, time: Time) -> None:
    for number in (1, 2, 3):
        written = journal(tmp_path, time, process=f"{9 - number:08x}")
        written.append(frames(number))
        written.close()
        time.now += 1
    assert logged(tmp_path) == names(1, 2, 3)


def test_every_segment_can_be_read_by_itself(tmp_path: Path, folder: Path, time: Time) -> None:
    written = journal(tmp_path, time, rotation=Rotation(most_bytes=1))
    for number in (1, 2, 3):
        written.append(frames(number) if number == 1 else frames(number)[1:])
        time.now += 1
        written.seal_due()
    first, second, third = segments(folder)
    delete(first)
    delete(second)
    assert logged(tmp_path) == names(3)
    assert third.exists()


def test_what_is_sent_twice_is_written_once(tmp_path: Path, time: Time) -> None:
    written = journal(tmp_path, time)
    written.append(frames(1, 2))
    written.append(frames(1, 2, 3))
    written.close()
    assert logged(tmp_path) == names(1, 2, 3)


def test_a_new_writer_of_the_same_gateway_goes_on_where_the_dead_one_ended(
    tmp_path: Path, time: Time
) -> None:
    dead = journal(tmp_path, time)
    dead.append(frames(1, 2))
    dead.abandon()
    time.now += 1
    new = journal(tmp_path, time)
    new.recover()
    new.append(frames(1, 2, 3))
    new.close()
    assert logged(tmp_path) == names(1, 2, 3)


def test_another_process_of_the_gateway_counts_anew(tmp_path: Path, time: Time) -> None:
    dead = journal(tmp_path, time)
    dead.append(frames(1, 2))
    dead.abandon()
    time.now += 1
    new = journal(tmp_path, time, process="0000000b")
    new.recover()
    new.append(frames(1))
    new.close()
    assert logged(tmp_path) == names(1, 2, 1)


def test_a_segment_whose_writer_lives_is_left_alone(
    tmp_path: Path, folder: Path, time: Time
) -> None:
    living = journal(tmp_path, time)
    living.append(frames(1))
    assert recover(folder, Disk()) == []
    assert len(left_open(tmp_path)) == 1
    living.close()
    assert logged(tmp_path) == names(1)


def abandoned(home: Path, time: Time, *numbers: int) -> tuple[Path, bytes]:
    """A segment that a dead writer left, and its content."""
    dead = journal(home, time)
    dead.append(frames(*numbers))
    dead.abandon()
    (path,) = left_open(home)
    return path, path.read_bytes()


def test_recovery_keeps_every_whole_record_and_cuts_the_rest_at_any_byte(
    tmp_path: Path, folder: Path, time: Time
) -> None:
    path, content = abandoned(tmp_path, time, 1, 2, 3)
    ends, offset = [], len(MAGIC)
    for frame in frames(1, 2, 3):
        offset += frame.size
        ends.append(offset)
    near = {end + step for end in ends for step in (-1, 0, 1)}
    for cut in sorted({*range(0, len(content), 23), *near} - {len(content) + 1}):
        for old in segments(folder):
            old.unlink()
        path.write_bytes(content[:cut])
        recover(folder, Disk())
        whole = sum(end <= cut for end in ends[1:])
        assert logged(tmp_path) == names(*range(1, whole + 1)), cut
        assert left_open(tmp_path) == []


def test_recovery_says_how_much_was_torn(tmp_path: Path, folder: Path, time: Time) -> None:
    path, content = abandoned(tmp_path, time, 1, 2)
    path.write_bytes(content[:-5])
    (found,) = recover(folder, Disk())
    assert (found.rows, found.last) == (1, 1)
    assert examine(found.path).cut == found.cut > 0


def test_what_a_killed_rewrite_left_is_swept(tmp_path: Path, folder: Path, time: Time) -> None:
    folder.mkdir(parents=True)
    left = folder / f".writing-1767225600000-0000000a-000000000001{SEALED}"
    left.write_bytes(b"half")
    journal(tmp_path, time).recover()
    assert not left.exists()


def sealed(home: Path, time: Time, *numbers: int, rows: int = 1) -> Path:
    written = journal(home, time)
    written.append(frames(*numbers, rows=rows))
    written.close()
    return segments(log_folder(home, "predictions", MODEL, GATEWAY))[-1]


def cut(count: int) -> Callable[[bytes], bytes]:
    return lambda content: content[:-count]


def flip(at: int) -> Callable[[bytes], bytes]:
    def flipped(content: bytes) -> bytes:
        changed = bytearray(content)
        changed[at] ^= 1
        return bytes(changed)

    return flipped


def without_end(content: bytes) -> bytes:
    """Cut off exactly the last frame: all that is left is whole."""
    end = Frame(Kind.END, b'{"frames":4,"cut":0}', rows=3)
    assert content.endswith(end.encode())
    return content[: -end.size]


def without_a_frame(content: bytes) -> bytes:
    """Take one whole frame out of the middle."""
    taken = frames(2)[1].encode()
    return content.replace(taken, b"")


@pytest.mark.parametrize(
    ("harm", "read"),
    [
        pytest.param(cut(1), [1, 2, 3], id="the last byte is gone"),
        pytest.param(without_end, [1, 2, 3], id="the last frame is gone"),
        pytest.param(without_a_frame, [1, 3], id="a whole frame is gone"),
        pytest.param(flip(3), [], id="a bit of the magic is flipped"),
        pytest.param(flip(20), [], id="a bit of the context's head is flipped"),
        pytest.param(lambda content: content + b"\0", [1, 2, 3], id="a byte follows the end"),
        pytest.param(lambda content: content + content[8:], [1, 2, 3], id="it is there twice"),
        pytest.param(lambda content: b"", [], id="it is empty"),
    ],
)
def test_damage_is_told_with_file_and_offset_after_what_is_whole(
    tmp_path: Path, time: Time, harm: Callable[[bytes], bytes], read: list[int]
) -> None:
    path = sealed(tmp_path, time, 1, 2, 3)
    path.write_bytes(harm(path.read_bytes()))
    told: list[DamagedSegment] = []
    assert ids_in(predictions(tmp_path, MODEL, told.append)) == names(*read)
    (damage,) = told
    assert damage.path == path
    assert 0 <= damage.offset <= path.stat().st_size
    assert f"{path}, byte {damage.offset}" in str(damage)
    with pytest.raises(DamagedSegment):
        logged(tmp_path)


def test_the_segments_behind_a_damaged_one_are_read_when_somebody_is_told(
    tmp_path: Path, time: Time
) -> None:
    path = sealed(tmp_path, time, 1)
    time.now += 1
    sealed(tmp_path, time, 2)
    path.write_bytes(path.read_bytes()[:-1])
    told: list[DamagedSegment] = []
    assert ids_in(predictions(tmp_path, MODEL, told.append)) == names(1, 2)
    assert [damage.path for damage in told] == [path]


def test_a_segment_that_is_deleted_while_others_are_read_is_passed_over(
    tmp_path: Path, time: Time
) -> None:
    sealed(tmp_path, time, 1)
    time.now += 1
    second = sealed(tmp_path, time, 2)
    reading = predictions(tmp_path, MODEL)
    assert ids_in([next(reading)]) == names(1)
    delete(second)
    assert list(reading) == []


def test_what_is_too_old_or_too_much_is_deleted_oldest_first(
    tmp_path: Path, folder: Path, time: Time
) -> None:
    paths = []
    for number in range(4):
        paths.append(sealed(tmp_path, time, number + 1))
        time.now += 100
    size = paths[0].stat().st_size
    assert retain(folder, Keep(seconds=350, bytes=1 << 30), time.now) == paths[:1]
    assert retain(folder, Keep(seconds=1e9, bytes=2 * size), time.now) == paths[1:2]
    assert segments(folder) == paths[2:]
    assert retain(folder, Keep(seconds=1e9, bytes=1), time.now) == paths[2:3]
    assert segments(folder) == paths[3:], "the newest stays, however large"


def test_a_writer_deletes_what_is_not_to_be_kept_when_it_seals(
    tmp_path: Path, folder: Path, time: Time
) -> None:
    for number in range(3):
        written = journal(tmp_path, time, seconds=150.0)
        written.append(frames(number + 1))
        written.close()
        time.now += 100
    assert logged(tmp_path) == names(2, 3)


def test_deleting_waits_for_who_rewrites(tmp_path: Path, folder: Path, time: Time) -> None:
    path = sealed(tmp_path, time, 1)
    deleting = threading.Thread(target=delete, args=(path,))
    with locked(folder):
        deleting.start()
        deleting.join(0.1)
        assert path.exists()
    deleting.join()
    assert not path.exists()
