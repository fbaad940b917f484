"""Reading single variables of the environment; what is wrong is noted, not raised."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar

from mooring.monitor.configured import Found

V = TypeVar("V")


@dataclass(frozen=True)
class Environment:
    """The variables, and where mistakes are noted."""

    environ: Mapping[str, str]
    found: Found

    def path(self, variable: str, default: Path) -> Path:
        """Where something lies; whether it does is seen by who opens it."""
        text = self.environ.get(variable)
        return Path(text) if text else default

    def number(self, variable: str, default: float, low: float, high: float) -> float:
        """A number between two others."""

        def read(text: str) -> float:
            value = float(text)
            if not (math.isfinite(value) and low <= value <= high):
                raise ValueError
            return value

        return self._read(variable, default, read, f"it is not a number from {low:g} to {high:g}")

    def whole(self, variable: str, default: int, low: int, high: int) -> int:
        """A whole number between two others."""

        def read(text: str) -> int:
            value = int(text)
            if not low <= value <= high:
                raise ValueError
            return value

        return self._read(variable, default, read, f"it is not a whole number from {low} to {high}")

    def address(self, variable: str, default: str) -> str:
        """An address to listen on."""

        def read(text: str) -> str:
            is_local(text)
            return text

        return self._read(variable, default, read, "it is neither an IP address nor localhost")

    def _read(self, variable: str, default: V, read: Callable[[str], V], problem: str) -> V:
        text = self.environ.get(variable)
        if not text:
            return default
        try:
            return read(text)
        except ValueError:
            self.found.refuse(variable, problem, "Correct it or unset it.")
            return default


def is_local(host: str) -> bool:
    """Whether only this machine reaches an address. Raises ValueError for what is none."""
    return host == "localhost" or ip_address(host).is_loopback
