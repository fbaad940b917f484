"""An event loop whose clock jumps to the next timer: hours pass at once, in an exact order.

Where nothing could ever happen again it raises instead of waiting for ever.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from contextlib import closing
from typing import Any, TypeVar

T = TypeVar("T")


class NobodyWakes(Exception):
    """All tasks wait, and neither a timer nor another task will wake them."""


class _Jumping(selectors.SelectSelector):
    """Does not wait, but says how long it would have."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if timeout is None and not ready:
            raise NobodyWakes
        self.passed += timeout or 0.0
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """Begins at the moment 0."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)
        self.unhandled: list[dict[str, Any]] = []
        self.set_exception_handler(lambda _, context: self.unhandled.append(context))

    def time(self) -> float:
        """The virtual moment in seconds."""
        return self._jumping.passed

    def be_busy(self, seconds: float) -> None:
        """What a callback does that takes so long: time passes, and no timer is looked at."""
        self._jumping.passed += seconds


def run_virtually(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end. Raises NobodyWakes, and AssertionError for an error that nobody handled."""
    with closing(VirtualLoop()) as loop:
        result = loop.run_until_complete(main)
        loop.run_until_complete(asyncio.sleep(0))
        if loop.unhandled:
            raise AssertionError(loop.unhandled)
    return result
