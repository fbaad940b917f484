"""What there is to say of one request, noted by whoever comes to know it."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class Account:
    """Names and counts, never a value that was sent: `model` only once it is known to exist."""

    model: str | None = None
    version: int | None = None
    rows: int | None = None
    problem: str | None = None  # the kind of problem that it was answered with
    reason: str | None = None  # of trouble with a model service, in one word


# The account of the request that is being answered; each has its own, see `requestlog`.
_current: ContextVar[Account | None] = ContextVar("account", default=None)


def opened() -> Account:
    """A new account for the request that begins."""
    account = Account()
    _current.set(account)
    return account


def note(**facts: str | int | None) -> None:
    """Add to the account of the current request; outside of one, nobody wants to know."""
    account = _current.get()
    if account is not None:
        for name, fact in facts.items():
            setattr(account, name, fact)
