"""The log's counts as metrics, all of one scrape from one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mooring.predictionlog.feed import State
from mooring.telemetry.binding import Sample
from mooring.telemetry.capture import (
    CAPTURE_ACCEPTED,
    CAPTURE_DROPPED,
    CAPTURE_QUEUE_BYTES,
    CAPTURE_QUEUED,
    CAPTURE_REFUSED,
    CAPTURE_WRITER_STARTS,
    CAPTURE_WRITTEN,
)


def samples(state: Callable[[], State]) -> Iterator[Sample]:
    """What a scrape shows."""
    now = state()
    for stream, count in now.counts.items():
        labels = {"log": stream.log, "model": stream.model}
        yield Sample(CAPTURE_ACCEPTED, labels, count.accepted)
        yield Sample(CAPTURE_WRITTEN, labels, count.written)
        yield Sample(CAPTURE_QUEUED, labels, count.queued)
        for reason, dropped in count.dropped.items():
            yield Sample(CAPTURE_DROPPED, labels | {"reason": reason}, dropped)
    yield Sample(CAPTURE_QUEUE_BYTES, {}, now.bytes)
    yield Sample(CAPTURE_WRITER_STARTS, {}, now.starts)
    yield Sample(CAPTURE_REFUSED, {}, float(now.refused))
