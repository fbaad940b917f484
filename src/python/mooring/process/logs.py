"""What our JSON logs have in common: one object a record, and of an exception no message.

A message may hold what a caller sent: of an exception its type is written, and the places that it
passed.
"""

from __future__ import annotations

import logging
import traceback
from datetime import UTC, datetime
from typing import Any

# What every record has; anything else was given as `extra`.
_STANDARD = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName", "color_message"}
_FRAMES = 10


def entry(time: datetime, level: str, logger: str, message: str) -> dict[str, Any]:
    """The members that every line begins with."""
    return {"time": time.isoformat(), "level": level, "logger": logger, "message": message}


def entry_of(record: logging.LogRecord) -> dict[str, Any]:
    """A record's line, without its exception."""
    time = datetime.fromtimestamp(record.created, UTC)
    said = entry(time, record.levelname.lower(), record.name, record.getMessage())
    return said | {name: value for name, value in vars(record).items() if name not in _STANDARD}


def raised(record: logging.LogRecord) -> BaseException | None:
    """The exception that a record tells of."""
    return record.exc_info[1] if record.exc_info else None


def passed(error: BaseException) -> dict[str, Any]:
    """An exception's type, and the places it passed last."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    at = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return {"error": type(error).__name__, "at": at}
