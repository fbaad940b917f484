"""Pydantic's complaints about what was sent, as violations: paths and cures, never a value."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import ValidationError

from mooring.contract.errors import InvalidRows, Violation
from mooring.contract.feature import LONGEST_NAME

# Each costs 5 µs to spell out, and nobody reads so many.
_MOST = 1_000

Location = tuple[int | str, ...]


def invalid_rows(
    error: ValidationError, violation: Callable[[Location, str, str], Violation] | None = None
) -> InvalidRows:
    """Say what is wrong; `violation` is made of a location, a kind and a message.

    By default the path is the location spelled out.
    """
    if error.error_count() > _MOST:
        message = f"more than {_MOST} values break the contract; send fewer rows to see which"
        return InvalidRows([Violation("body", "too_many_violations", message)])
    made = violation or _plain
    details = error.errors(include_input=False, include_url=False, include_context=False)
    violations = [made(d["loc"], d["type"], d["msg"]) for d in details]
    return InvalidRows(violations, malformed=any(d["type"] == "json_invalid" for d in details))


def path_of(location: Location) -> str:
    """Spell a location.

    >>> path_of(("instances", 3, "hour"))
    'instances[3].hour'
    >>> path_of(())
    'body'
    """
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{_shown(step)}"
    return path.removeprefix(".") or "body"


def _plain(location: Location, kind: str, message: str) -> Violation:
    return Violation(path_of(location), kind, message)


def _shown(step: str) -> str:
    """A made-up field is repeated only where it looks like a name: errors carry no values."""
    return step if step.isidentifier() and len(step) <= LONGEST_NAME else "(unknown field)"
