"""Spans as OTLP/HTTP in JSON: what every OpenTelemetry collector takes on port 4318.

https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding: ids are hex, 64-bit integers are
text, names are in lowerCamelCase.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from mooring.gateway.tracing.spans import Attribute, Span

_KINDS = {"server": 2, "client": 3}
_FAILED = {"code": 2}


def encode(service: str, spans: Sequence[Span]) -> bytes:
    """The body of one request to `/v1/traces`."""
    scope = {"scope": {"name": "mooring.gateway"}, "spans": [_span(span) for span in spans]}
    resource = {"attributes": _attributes({"service.name": service})}
    return orjson.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]})


def _span(span: Span) -> dict[str, Any]:
    context = span.context
    said: dict[str, Any] = {
        "traceId": context.trace_id,
        "spanId": context.span_id,
        "name": span.name,
        "kind": _KINDS[span.kind],
        "startTimeUnixNano": str(span.started),
        "endTimeUnixNano": str(span.ended),
        "attributes": _attributes(span.attributes),
        "status": _FAILED if span.failed else {},
    }
    if context.parent_id:
        said["parentSpanId"] = context.parent_id
    if context.state:
        said["traceState"] = context.state
    return said


def _attributes(attributes: Mapping[str, Attribute]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in attributes.items()]


def _value(value: Attribute) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    return {"doubleValue": value} if isinstance(value, float) else {"stringValue": value}
