"""One setting: what it may be, which variable sets it, and why its default is what it is.

A group of settings is a frozen dataclass whose fields are declared with the functions at the end;
its table in the configuration file and the keys in it have the names of its fields.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Protocol

# Where state lies unless MOORING_HOME says otherwise.
HOME = Path(".mooring")

_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


class Kind(Protocol):
    """What a setting may be. `fault` and `cure` say it to whoever got it wrong."""

    @property
    def fault(self) -> str: ...
    @property
    def cure(self) -> str: ...

    def of_text(self, text: str) -> Any:
        """The value of an environment variable. Raises ValueError."""

    def of_value(self, value: object) -> Any:
        """The value of a key in the file, which has a type. Raises ValueError."""


@dataclass(frozen=True)
class Setting:
    """What a declaration says beside the default; `secret` ones are shown and filed nowhere."""

    variable: str
    kind: Kind
    reason: str
    secret: bool = False
    in_home: bool = False


@dataclass(frozen=True)
class Number:
    """A number between two others, whole or not."""

    low: float
    high: float
    whole: bool = False
    cure: str = "Correct it or unset it."

    @property
    def fault(self) -> str:
        what = "whole number" if self.whole else "number"
        return f"it is not a {what} from {_plain(self.low)} to {_plain(self.high)}"

    def of_text(self, text: str) -> float:
        return self.of_value(float(text))

    def of_value(self, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError
        if not self.low <= value <= self.high or (self.whole and value != int(value)):
            raise ValueError
        return int(value) if self.whole else float(value)


@dataclass(frozen=True)
class Address:
    """An address to listen on."""

    fault: str = "it is neither an IP address nor localhost"
    cure: str = "Use 127.0.0.1, or 0.0.0.0 for every address of this machine."

    def of_text(self, text: str) -> str:
        if text != "localhost":
            ip_address(text)
        return text

    def of_value(self, value: object) -> str:
        return self.of_text(_string(value))


@dataclass(frozen=True)
class Choice:
    """One word of a few."""

    words: Sequence[str]
    cure: str = "Correct it or unset it."

    @property
    def fault(self) -> str:
        return f"it is not one of {' | '.join(self.words)}"

    def of_text(self, text: str) -> str:
        if text not in self.words:
            raise ValueError
        return text

    def of_value(self, value: object) -> str:
        return self.of_text(_string(value))


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    fault: str = "it is not one of true | false"
    cure: str = "Correct it or unset it."

    def of_text(self, text: str) -> bool:
        if text.lower() not in _TRUE + _FALSE:
            raise ValueError
        return text.lower() in _TRUE

    def of_value(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise ValueError
        return value


@dataclass(frozen=True)
class Text:
    """Characters that match a pattern as a whole; `what` names them in a sentence."""

    what: str
    pattern: str = r"[^\x00]+"
    cure: str = "Correct it or unset it."

    @property
    def fault(self) -> str:
        return f"it is not {self.what}"

    def of_text(self, text: str) -> str:
        if not re.fullmatch(self.pattern, text):
            raise ValueError
        return text

    def of_value(self, value: object) -> str:
        return self.of_text(_string(value))


@dataclass(frozen=True)
class File:
    """Where something lies; whether it does is seen by who opens it."""

    fault: str = "it is not a path"
    cure: str = "Correct it or unset it."

    def of_text(self, text: str) -> Path:
        if "\0" in text or not text:
            raise ValueError
        return Path(text)

    def of_value(self, value: object) -> Path:
        return self.of_text(_string(value))


def setting(default: Any, variable: str, kind: Kind, reason: str, *, secret: bool = False) -> Any:
    """Declare a field of a group of settings."""
    declared = Setting(variable, kind, reason, secret)
    return field(default=default, repr=not secret, metadata={Setting: declared})


def number(default: float, variable: str, low: float, high: float, reason: str) -> Any:
    """Declare a number, such as of seconds."""
    return setting(float(default), variable, Number(low, high), reason)


def whole(default: int, variable: str, low: int, high: int, reason: str) -> Any:
    """Declare a whole number, such as of bytes."""
    return setting(default, variable, Number(low, high, whole=True), reason)


def flag(default: bool, variable: str, reason: str) -> Any:
    """Declare a yes or no."""
    return setting(default, variable, Flag(), reason)


def choice(default: str, variable: str, words: Sequence[str], reason: str) -> Any:
    """Declare one word of a few."""
    return setting(default, variable, Choice(words), reason)


def address(default: str, variable: str, reason: str) -> Any:
    """Declare an address to listen on."""
    return setting(default, variable, Address(), reason)


def in_home(name: str, variable: str, reason: str) -> Any:
    """Declare a path that lies in MOORING_HOME unless it is set."""
    declared = Setting(variable, File(), reason, in_home=True)
    return field(default=HOME / name, metadata={Setting: declared})


def group(cls: Any) -> Any:
    """Declare a group of settings, which is a table in the file."""
    return field(default_factory=cls)


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _plain(bound: float) -> str:
    return str(int(bound)) if math.isfinite(bound) and bound == int(bound) else str(bound)
