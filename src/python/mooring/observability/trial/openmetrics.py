"""Traces as OpenMetrics text with a time at every sample: what promtool makes blocks of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mooring.observability.trial.clock import Span
from mooring.observability.trial.families import Trace

_END = "# EOF\n"


def text(traces: Iterable[tuple[Span, Trace]]) -> Iterator[str]:
    """The text in parts; traces of one name have to follow one another."""
    moments: dict[Span, list[str]] = {}
    for span, trace in traces:
        if span not in moments:
            moments[span] = [f"{moment:.3f}" for moment in span.moments()]
        yield _lines(trace, moments[span])
    yield _END


def selector(name: str, labels: Mapping[str, str]) -> str:
    """A series as it is written before its value."""
    inner = ",".join(f'{label}="{_escaped(value)}"' for label, value in labels.items())
    return f"{name}{{{inner}}}"


def _lines(trace: Trace, moments: list[str]) -> str:
    head = selector(trace.name, trace.labels)
    pairs = zip(trace.values, moments, strict=True)
    return "".join(f"{head} {value!r} {moment}\n" for value, moment in pairs if value is not None)


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
