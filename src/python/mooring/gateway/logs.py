"""Logs: one JSON object on one line of stderr, with the ids of request and trace, never a value.

Of an exception only its type and the places it passed are written: its message may hold what a
caller sent.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import orjson

from mooring.gateway.identity import request_id
from mooring.gateway.lines import Lines
from mooring.gateway.tracing.context import trace_id
from mooring.process.logs import entry, entry_of, passed, raised


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        error = raised(record)
        said = entry_of(record) | _ids() | (passed(error) if error else {})
        return orjson.dumps(said, default=str).decode()


class ToLines(logging.Handler):
    """A handler that never waits for the reader of the log."""

    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self._lines = lines
        self.setFormatter(JsonLines())

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.write(self.format(record).encode())


class RequestLines:
    """Writes what is said of a request, without the detour of a record: it happens for each one."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def __call__(self, facts: dict[str, Any]) -> None:
        level = "warning" if facts["status"] >= 500 else "info"
        said = entry(datetime.now(UTC), level, "mooring.gateway.request", "request")
        self._lines.write(orjson.dumps(said | _ids() | facts))


def configure_logging(lines: Lines) -> None:
    """Send everything that this process logs through `JsonLines` to `lines`."""
    logging.basicConfig(handlers=[ToLines(lines)], level=logging.INFO, force=True)
    # Warnings would go to stderr by themselves, and wait for its reader.
    logging.captureWarnings(True)
    # Its start and stop messages say less than ours, at twice the length.
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


def _ids() -> dict[str, Any]:
    ids = {"request_id": request_id.get(), "trace_id": trace_id()}
    return {name: value for name, value in ids.items() if value}
