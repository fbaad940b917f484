"""Logs: one JSON object on one line of stderr, with the request's id and never a value.

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

# What every record has; anything else was given as `extra`.
_STANDARD = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName", "color_message"}
_FRAMES = 10


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id.get():
            entry["request_id"] = request_id.get()
        entry |= {k: v for k, v in vars(record).items() if k not in _STANDARD}
        return orjson.dumps(entry | _exception(record), default=str).decode()


def configure_logging() -> None:
    """Send everything that this process logs through `JsonLines` to stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    # Its start and stop messages say less than ours, at twice the length.
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


def _exception(record: logging.LogRecord) -> dict[str, Any]:
    if not record.exc_info or record.exc_info[0] is None:
        return {}
    frames = traceback.extract_tb(record.exc_info[2])[-_FRAMES:]
    at = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return {"error": record.exc_info[0].__name__, "at": at}
