"""Logs: one JSON object on one line of stderr, with the ids of request and trace, never a value.

Of an exception only its type and the places it passed are written: its message may hold what a
caller sent.
"""

from __future__ import annotations

import logging
import traceback
from datetime import UTC, datetime
from typing import Any

import orjson

from mooring.gateway.identity import request_id
from mooring.gateway.lines import Lines
from mooring.gateway.tracing.context import trace_id

# What every record has; anything else was given as `extra`.
_STANDARD = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName", "color_message"}
_FRAMES = 10


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        entry = _entry(
            datetime.fromtimestamp(record.created, UTC),
            record.levelname.lower(),
            record.name,
            record.getMessage(),
        )
        entry |= {k: v for k, v in vars(record).items() if k not in _STANDARD}
        return orjson.dumps(entry | _exception(record), default=str).decode()


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
        entry = _entry(datetime.now(UTC), level, "mooring.gateway.request", "request")
        self._lines.write(orjson.dumps(entry | facts))


def configure_logging(lines: Lines) -> None:
    """Send everything that this process logs through `JsonLines` to `lines`."""
    logging.basicConfig(handlers=[ToLines(lines)], level=logging.INFO, force=True)
    # Warnings would go to stderr by themselves, and wait for its reader.
    logging.captureWarnings(True)
    # Its start and stop messages say less than ours, at twice the length.
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


def _entry(time: datetime, level: str, logger: str, message: str) -> dict[str, Any]:
    entry = {"time": time.isoformat(), "level": level, "logger": logger, "message": message}
    if request_id.get():
        entry["request_id"] = request_id.get()
    if trace_id():
        entry["trace_id"] = trace_id()
    return entry


def _exception(record: logging.LogRecord) -> dict[str, Any]:
    if not record.exc_info or record.exc_info[0] is None:
        return {}
    frames = traceback.extract_tb(record.exc_info[2])[-_FRAMES:]
    at = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return {"error": record.exc_info[0].__name__, "at": at}
