"""Logs: one JSON object on one line of stderr, and never a value of a row.

Of an error of ours all that it says is written, for it is made to be shown; of any other only its
type and the places it passed.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import orjson

from mooring.contract.errors import MooringError
from mooring.process.logs import entry_of, passed, raised


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        error = raised(record)
        said = entry_of(record) | (_of(error) if error else {})
        return orjson.dumps(said, default=str).decode()


def configure_logging() -> None:
    """Send everything that this process logs through `JsonLines` to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    logging.captureWarnings(True)
    # Its start and stop messages say less than ours, at twice the length; each request of an
    # outgoing client is no news.
    for name in ("uvicorn.error", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _of(error: BaseException) -> dict[str, Any]:
    if isinstance(error, MooringError):
        return {"error": type(error).__name__, "said": str(error)}
    return passed(error)
