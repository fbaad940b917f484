"""Any order of arrivals, departures, deadlines, faults of rows and fates of calls."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from mooring.gateway.errors import (
    DeadlineExceeded,
    UpstreamDisconnected,
    UpstreamError,
    UpstreamInvalid,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from mooring.gateway.hop.coalesce import MOST_REQUESTS, Coalescer
from mooring.gateway.hop.deadline import Deadline
from mooring.gateway.testing.asking import (
    NUMBERED,
    Asked,
    Fate,
    Fault,
    InventedService,
    Rows,
    served,
)
from mooring.gateway.testing.virtual_time import run_virtually
from mooring.telemetry.binding import bind
from mooring.telemetry.catalogue import metrics_of

VERSIONS = {version: served(version) for version in (3, 4)}
DESERVED: dict[Fault, type[UpstreamError]] = {
    "refused": UpstreamRefused,
    "nan": UpstreamInvalid,
    "too_likely": UpstreamInvalid,
}
FATES: dict[Fate, type[UpstreamError]] = {
    "unreachable": UpstreamUnreachable,
    "disconnected": UpstreamDisconnected,
    "hangs": UpstreamTimeout,
}
# Few moments, so that several things happen at the same one.
moments = st.integers(0, 12).map(lambda tenths: tenths / 4)


@dataclass(frozen=True)
class Caller:
    """One who asks at `at`, waits for `patience`, and hangs up `stays` after asking, or never."""

    at: float
    rows: int
    version: int
    fault: Fault
    patience: float
    stays: float | None


@dataclass(frozen=True)
class Story:
    """All callers of one coalescer, and what becomes of its calls."""

    slots: int
    long_seconds: float
    seconds: float
    fates: list[tuple[Fate, float]]
    callers: list[Caller]


callers = st.builds(
    Caller,
    at=moments,
    rows=st.sampled_from([1, 1, 1, 2, 7, 20]),
    version=st.sampled_from([3, 3, 3, 4]),
    fault=st.sampled_from(["", "", "", "", "refused", "nan", "too_likely"]),
    patience=moments.map(lambda moment: moment + 0.25),
    stays=st.one_of(st.none(), st.none(), moments),
)
fates = st.tuples(
    st.sampled_from(["ok", "ok", "ok", "unreachable", "disconnected", "hangs"]), moments
)
stories = st.builds(
    Story,
    slots=st.integers(1, 3),
    long_seconds=st.sampled_from([0.5, 1.0, 1e9]),
    seconds=moments,
    fates=st.lists(fates, max_size=8),
    callers=st.lists(callers, min_size=1, max_size=25),
)


@dataclass(frozen=True, eq=False)
class End:
    """What came of a caller's request, and when."""

    caller: Caller
    asked: Asked
    told: object
    at: float

    @property
    def due(self) -> float:
        """Its deadline."""
        return self.caller.at + self.caller.patience


async def live(caller: Caller, coalescer: Coalescer, asked: Asked) -> End:
    loop = asyncio.get_running_loop()
    await asyncio.sleep(caller.at)
    deadline = Deadline(caller.at + caller.patience)
    call = asyncio.ensure_future(
        coalescer.predict(VERSIONS[caller.version], asked.columns, deadline)
    )
    if caller.stays is not None:
        loop.call_later(caller.stays, call.cancel)
    (told,) = await asyncio.gather(call, return_exceptions=True)
    return End(caller, asked, told, loop.time())


async def tell(story: Story) -> tuple[list[End], InventedService]:
    service = InventedService(story.seconds, story.fates)
    instruments = bind(metrics_of("gateway"), CollectorRegistry())
    coalescer = Coalescer(
        "voyage_delay", service.predict, instruments, story.slots, story.long_seconds
    )
    rows = Rows()
    asked = [rows.ask(caller.rows, caller.fault) for caller in story.callers]
    ends = await asyncio.gather(
        *(live(caller, coalescer, each) for caller, each in zip(story.callers, asked, strict=True))
    )
    await _all_slots_are_free_again(coalescer, service, story.slots)
    return ends, service


async def _all_slots_are_free_again(
    coalescer: Coalescer, service: InventedService, slots: int
) -> None:
    await asyncio.sleep(100.0)
    assert service.under_way == 0
    before = len(service.calls)
    columns = Rows().ask().columns
    calls = [coalescer.predict(VERSIONS[3], columns, Deadline(1e6)) for _ in range(slots)]
    for call in calls:
        call.send(None)
    assert len(service.calls) == before + slots
    for call in calls:
        call.close()
    del service.calls[before:]


@settings(max_examples=300, deadline=None)
@given(stories)
def test_each_caller_gets_what_its_own_rows_deserve_or_trouble_that_was_there(
    story: Story,
) -> None:
    ends, _ = run_virtually(tell(story))
    happened = {FATES[fate] for fate, _ in story.fates if fate != "ok"}
    for end in ends:
        match end.told:
            case np.ndarray() as values:
                assert (values.tolist(), end.caller.fault) == (end.asked.expected, "")
            case asyncio.CancelledError():
                assert end.caller.stays is not None
            case UpstreamTimeout() | DeadlineExceeded():
                assert end.at >= end.due
            case UpstreamError() as error:
                assert type(error) in happened | {DESERVED.get(end.caller.fault)}
            case other:
                raise AssertionError(other)
        assert end.at <= end.due
    errors = [id(end.told) for end in ends if isinstance(end.told, UpstreamError)]
    assert len(set(errors)) == len(errors)


@settings(max_examples=200, deadline=None)
@given(stories)
def test_no_call_mixes_bundles_passes_a_limit_or_carries_who_is_late(story: Story) -> None:
    ends, service = run_virtually(tell(story))
    owner = {name: end for end in ends for name in end.asked.expected}
    for call in service.calls:
        owners = list(dict.fromkeys(owner[name] for name in call.names))
        assert call.names == [name for end in owners for name in end.asked.expected]
        assert all(VERSIONS[end.caller.version] is call.served for end in owners)
        assert len(call.names) <= NUMBERED.limits.rows
        assert all(end.due > call.at for end in owners)
        assert call.deadline == max(end.due for end in owners)
    travelled = sum(len(call.names) for call in service.calls)
    assert travelled <= 2 * sum(caller.rows for caller in story.callers)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.booleans(), max_size=70), min_size=1, max_size=40), st.integers(1, 3))
def test_what_is_asked_again_stays_a_tenth_of_what_is_asked(
    waves: list[list[bool]], slots: int
) -> None:
    async def main() -> None:
        service = InventedService()
        instruments = bind(metrics_of("gateway"), CollectorRegistry())
        coalescer = Coalescer("voyage_delay", service.predict, instruments, slots, 1e9)
        rows = Rows()
        for wave in waves:
            asked = [rows.ask(1, "refused" if bad else "") for bad in wave]
            told = await asyncio.gather(
                *(coalescer.predict(VERSIONS[3], each.columns, Deadline(1e6)) for each in asked),
                return_exceptions=True,
            )
            for bad, each, end in zip(wave, asked, told, strict=True):
                if bad:
                    assert isinstance(end, UpstreamRefused)
                else:
                    assert isinstance(end, np.ndarray)
                    assert end.tolist() == each.expected
        sent = sum(len(call.names) for call in service.calls)
        assert sent <= 1.1 * sum(map(len, waves)) + slots * MOST_REQUESTS

    run_virtually(main())
