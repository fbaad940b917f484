from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mooring.gateway.tracing.context import (
    TraceContext,
    begin,
    current,
    read,
    sampled_trace,
    trace_id,
)

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
SOUND = f"00-{TRACE}-{SPAN}-01".encode()


def with_part(position: int, value: str) -> bytes:
    parts = SOUND.decode().split("-")
    parts[position] = value
    return "-".join(parts).encode()


def test_a_sound_parent_is_read() -> None:
    assert read([SOUND]) == TraceContext(TRACE, SPAN, sampled=True)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(SOUND[:-1], id="a digit too few"),
        pytest.param(SOUND + b"0", id="a digit too many"),
        pytest.param(SOUND + b"-00", id="more than version 00 has"),
        pytest.param(SOUND + b"-", id="a dash at the end"),
        pytest.param(with_part(0, "ff"), id="the forbidden version"),
        pytest.param(with_part(0, "0"), id="a short version"),
        pytest.param(with_part(1, "0" * 32), id="a trace of zeros"),
        pytest.param(with_part(1, TRACE.upper()), id="a trace in upper case"),
        pytest.param(with_part(1, TRACE[:-1]), id="a short trace"),
        pytest.param(with_part(1, TRACE[:-1] + "g"), id="no hex"),
        pytest.param(with_part(2, "0" * 16), id="a span of zeros"),
        pytest.param(with_part(2, SPAN + "0"), id="a long span"),
        pytest.param(with_part(3, "1"), id="a short flag"),
        pytest.param(with_part(3, "0x"), id="a flag that is no hex"),
        pytest.param(SOUND.replace(b"-", b"_"), id="other separators"),
        pytest.param(SOUND + b"\n", id="a line break"),
        pytest.param(SOUND.replace(b"4", "４".encode(), 1), id="a digit of another script"),
        pytest.param(with_part(0, "01") + b".x", id="more of the future without a dash"),
    ],
)
def test_a_malformed_parent_is_no_parent(value: bytes) -> None:
    assert read([value]) is None


@pytest.mark.parametrize(
    ("value", "sampled"),
    [
        pytest.param(b" \t" + SOUND + b" ", True, id="white space around it"),
        pytest.param(with_part(0, "cc"), True, id="a version of the future"),
        pytest.param(with_part(0, "cc") + b"-what", True, id="a version that says more"),
        pytest.param(with_part(3, "00"), False, id="not sampled"),
        pytest.param(with_part(3, "fe"), False, id="flags of the future"),
        pytest.param(with_part(3, "ff"), True, id="all flags"),
    ],
)
def test_what_the_specification_allows_is_read(value: bytes, sampled: bool) -> None:
    assert read([value]) == TraceContext(TRACE, SPAN, sampled)


def test_two_parents_are_none() -> None:
    assert read([SOUND, SOUND]) is None
    assert read([]) is None


@pytest.mark.parametrize(
    ("states", "passed_on"),
    [
        pytest.param([b"a=1,b=2"], "a=1,b=2", id="a list"),
        pytest.param([b"a=1", b"b=2"], "a=1,b=2", id="a list over two headers"),
        pytest.param([b" a=1 \t, b=2 ,"], "a=1,b=2", id="white space and an empty member"),
        pytest.param([b"fw529a3039@dt=FfAAA"], "fw529a3039@dt=FfAAA", id="a tenant"),
        pytest.param([b"a=1 2"], "a=1 2", id="a space inside"),
        pytest.param([b"a=1=2"], "", id="an equals sign in a value"),
        pytest.param([b"A=1"], "", id="a key in upper case"),
        pytest.param([b"0a=1"], "", id="a key that begins with a digit"),
        pytest.param([b"a@0b=1"], "", id="a system that begins with a digit"),
        pytest.param([b"a=1,a=2"], "", id="a key twice"),
        pytest.param([b"a="], "", id="no value"),
        pytest.param([b"a=\xc3\xa9"], "", id="a value beyond ASCII"),
        pytest.param([b"a=1\r\nx: y"], "", id="a line break"),
        pytest.param([b"a=1;b"], "a=1;b", id="punctuation"),
        pytest.param([b",".join(b"k%d=1" % i for i in range(32))], None, id="32 members"),
        pytest.param([b",".join(b"k%d=1" % i for i in range(33))], "", id="33 members"),
        pytest.param([b"a=" + b"x" * 256], None, id="the longest value"),
        pytest.param([b"a=" + b"x" * 257], "", id="a value too long"),
        pytest.param([b"a=" + b"x" * 250 + b",b=" + b"x" * 250], None, id="508 bytes"),
        pytest.param([b"a=" + b"x" * 256 + b",b=" + b"x" * 256], "", id="more than 512 bytes"),
    ],
)
def test_the_state_of_others_is_passed_on_or_dropped_as_a_whole(
    states: list[bytes], passed_on: str | None
) -> None:
    context = read([SOUND], states)
    assert context is not None
    assert context.state == (states[0].decode() if passed_on is None else passed_on)


HEX = st.text("0123456789abcdef")


@given(
    st.integers(1, 2**128 - 1).map(lambda n: f"{n:032x}"),
    st.integers(1, 2**64 - 1).map(lambda n: f"{n:016x}"),
    st.booleans(),
)
def test_what_is_sent_is_read_again(trace: str, span: str, sampled: bool) -> None:
    context = TraceContext(trace, span, sampled)
    assert read([context.traceparent.encode()]) == context


@given(st.binary(max_size=80) | st.from_regex(rb"00-[0-9a-f]{30,34}-[0-9a-f]{14,18}-.{0,6}"))
def test_any_bytes_are_read_as_a_sound_parent_or_as_none(value: bytes) -> None:
    context = read([value])
    if context is not None:
        assert read([context.traceparent.encode()]) == context


@given(st.lists(st.binary(max_size=40), max_size=4))
def test_no_state_breaks_a_header(states: list[bytes]) -> None:
    context = read([SOUND], states)
    assert context is not None
    assert len(context.state) <= 512
    assert context.state.isascii()
    assert not set(context.state) & set("\r\n\0")
    assert read([SOUND], [context.state.encode()]) == context


def test_a_child_is_a_new_span_of_the_same_trace() -> None:
    parent = TraceContext(TRACE, SPAN, sampled=True, state="a=1")
    child = parent.child()
    assert (child.trace_id, child.parent_id, child.state) == (TRACE, SPAN, "a=1")
    assert child.sampled
    assert child.span_id not in (SPAN, parent.child().span_id)


def test_a_trace_that_begins_is_sound_and_new() -> None:
    first, second = begin(), begin(sampled=True)
    assert read([first.traceparent.encode()]) == first
    assert read([second.traceparent.encode()]) == second
    assert first.trace_id != second.trace_id


def test_the_id_of_the_trace_is_known_inside_a_request_only() -> None:
    assert trace_id() == ""
    token = current.set(TraceContext(TRACE, SPAN))
    try:
        assert trace_id() == TRACE
    finally:
        current.reset(token)


@pytest.mark.parametrize(
    ("sampled", "told"),
    [pytest.param(True, TRACE, id="kept"), pytest.param(False, "", id="not kept")],
)
def test_only_of_a_trace_that_somebody_keeps_the_id_is_told(sampled: bool, told: str) -> None:
    assert sampled_trace() == ""
    token = current.set(TraceContext(TRACE, SPAN, sampled))
    try:
        assert sampled_trace() == told
    finally:
        current.reset(token)
