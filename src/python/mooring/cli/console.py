"""What people see and what scripts read: progress on stderr, results on stdout, JSON when asked."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

# How often a log hears of progress: a line each ten seconds is life, a line per batch is noise.
LOG_SECONDS = 10.0


class Output:
    """The two streams of one command."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._out = Console(highlight=False, soft_wrap=True)
        self._err = Console(stderr=True, highlight=False, soft_wrap=True)

    @contextmanager
    def step(self, text: str) -> Iterator[Callable[[str], None]]:
        """Show that `text` is being done: a spinner for a terminal, a line for a log.

        Gives a function that tells how far it is, of which a log shows some.
        """
        if self._err.is_terminal:
            with self._err.status(text) as status:
                yield lambda far: status.update(f"{text}: {escape(far)}")
        else:
            self._err.print(f"· {text} …")
            yield paced(lambda far: self._err.print(f"· {text}: {far}", markup=False))

    def note(self, text: str) -> None:
        """Tell a person something on stderr."""
        self._err.print(text, markup=False)

    def result(self, facts: Mapping[str, Any], title: str = "") -> None:
        """Print named facts: a line each for people, one JSON object for scripts."""
        if self.as_json:
            self.json(facts)
            return
        width = max(map(len, facts), default=0)
        lines = [f"  {name:<{width}}  {_shown(value)}" for name, value in facts.items()]
        # Never wrapped: digests, paths and commands are there to be copied whole.
        self.say("\n".join([title, *lines] if title else lines))

    def rows(self, title: str, header: list[str], rows: list[list[str]]) -> None:
        """Print a table for people; scripts get their facts from `json`."""
        if self.as_json:
            return
        # Folded, not cut: digests and dates stay whole in a narrow terminal.
        columns = [Column(name, overflow="fold") for name in header]
        table = Table(*columns, title=title, title_justify="left")
        for row in rows:
            table.add_row(*map(escape, row))
        self._out.print(table)

    def say(self, text: str) -> None:
        """Print a line on stdout, for people only."""
        if not self.as_json:
            self._out.print(text, markup=False)

    def json(self, document: Any) -> None:
        """Print one JSON document on stdout."""
        self._out.print_json(json.dumps(document, default=_plain), indent=2)


def paced(
    say: Callable[[str], None],
    seconds: float = LOG_SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> Callable[[str], None]:
    """Pass on what is told, but nothing within so many seconds of the start or the one before."""
    last = clock()

    def tell(text: str) -> None:
        nonlocal last
        if clock() - last >= seconds:
            last = clock()
            say(text)

    return tell


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else str(value)


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_shown(part)}" for key, part in value.items())
    if isinstance(value, tuple):
        return ", ".join(map(_shown, value))
    return str(value)
