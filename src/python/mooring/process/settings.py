"""What reading a process's settings has in common: its file, and telling all mistakes at once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mooring.process.errors import BadSetting, BadSettings


@dataclass
class Faults:
    """What was found wrong so far."""

    faults: list[BadSetting] = field(default_factory=list, kw_only=True)

    def refuse(self, place: str, problem: str, cure: str) -> None:
        """Note a mistake; all are told at once."""
        self.faults.append(BadSetting(problem, place=place, cure=cure))

    def check(self) -> None:
        """Raise what was noted. Raises BadSetting, or BadSettings for several."""
        if len(self.faults) == 1:
            raise self.faults[0]
        if self.faults:
            raise BadSettings(self.faults)


def read_toml(path: Path, variable: str, reader: str) -> dict[str, Any]:
    """The document of a file that `variable` names to a `reader`, as in "the gateway".

    Raises BadSetting.
    """
    place = f"{variable}, {path}"
    try:
        return tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        cure = f"Name a TOML file that {reader} may read, or unset the variable."
        raise BadSetting(error.strerror or type(error).__name__, place=place, cure=cure) from None
    except UnicodeDecodeError:
        raise BadSetting("it is not UTF-8", place=place, cure="Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise BadSetting(_where(error), place=place, cure="Correct it there.") from None


def _where(error: tomllib.TOMLDecodeError) -> str:
    """Its line and column without the message, which may quote what stands there."""
    _, _, where = str(error).rpartition("(at ")
    return f"it is not TOML at {where.rstrip(')') or 'some line'}"
