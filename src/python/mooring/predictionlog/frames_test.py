from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mooring.predictionlog.errors import BrokenFrame
from mooring.predictionlog.frames import HEAD_BYTES, Frame, FrameBuffer, Kind, read_frames

frames = st.builds(
    Frame,
    kind=st.sampled_from(Kind),
    payload=st.binary(max_size=60),
    sequence=st.integers(0, 2**64 - 1),
    context=st.integers(0, 2**64 - 1),
    rows=st.integers(0, 2**32 - 1),
)
some_frames = st.lists(frames, min_size=1, max_size=5)


def written(several: list[Frame]) -> bytes:
    return b"".join(frame.encode() for frame in several)


def whole_ones(content: bytes) -> tuple[list[Frame], BrokenFrame | None]:
    """The frames that are read, and what ended the reading."""
    found: list[Frame] = []
    try:
        for frame in read_frames(io.BytesIO(content).read):
            found.append(frame)  # noqa: PERF402, what came before an error is kept
    except BrokenFrame as error:
        return found, error
    return found, None


@given(some_frames)
def test_frames_are_read_as_they_were_written(several: list[Frame]) -> None:
    assert whole_ones(written(several)) == (several, None)


@given(some_frames, st.data())
def test_of_a_truncated_file_exactly_the_frames_before_the_cut_are_read(
    several: list[Frame], data: st.DataObject
) -> None:
    content = written(several)
    cut = data.draw(st.integers(0, len(content) - 1))
    found, error = whole_ones(content[:cut])
    ends = [len(written(several[: n + 1])) for n in range(len(several))]
    assert found == several[: sum(end <= cut for end in ends)]
    assert (error is not None and error.torn) == (cut not in (0, *ends))


@given(some_frames, st.data())
def test_of_a_file_with_a_flipped_bit_exactly_the_frames_before_it_are_read(
    several: list[Frame], data: st.DataObject
) -> None:
    content = bytearray(written(several))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= 1 << data.draw(st.integers(0, 7))
    found, error = whole_ones(bytes(content))
    starts = [len(written(several[:n])) for n in range(len(several))]
    hit = sum(start <= at for start in starts) - 1
    assert found == several[:hit]
    assert error is not None


@pytest.mark.parametrize("offset", range(HEAD_BYTES))
def test_every_byte_of_a_head_is_checked(offset: int) -> None:
    content = bytearray(Frame(Kind.ROWS, b"{}", 1, 2, 3).encode())
    content[offset] ^= 0xFF
    assert whole_ones(bytes(content))[0] == []


@given(some_frames, st.integers(1, 4_096))
def test_a_run_of_zeros_after_a_power_cut_is_no_frame(several: list[Frame], zeros: int) -> None:
    found, error = whole_ones(written(several) + bytes(zeros))
    assert found == several
    assert error is not None


@given(some_frames, st.data())
def test_a_stream_in_any_parts_gives_the_same_frames(
    several: list[Frame], data: st.DataObject
) -> None:
    content = written(several)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=6)))
    buffer = FrameBuffer()
    parts = [content[a:b] for a, b in zip([0, *cuts], [*cuts, len(content)], strict=True)]
    assert [frame for part in parts for frame in buffer.feed(part)] == several
    assert buffer.held == 0


def test_a_frame_that_claims_a_gigabyte_is_refused_before_memory_is_taken() -> None:
    head = bytearray(Frame(Kind.ROWS, b"").encode())
    head[4:8] = (1 << 30).to_bytes(4, "little")
    with pytest.raises(BrokenFrame, match="longer than"):
        FrameBuffer().feed(bytes(head))
