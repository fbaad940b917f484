"""Programs of the system that Mooring starts and does not ship: where they are, or how to get them.

`prometheus` (with `promtool`) and `prometheus-alertmanager` (with `amtool`) are Debian's packages.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from mooring.contract.errors import MooringError


class ProgramMissing(MooringError):
    """A program of the system is not installed."""


@dataclass(frozen=True)
class Program:
    """A program under the names it goes by, and Debian's package that holds it."""

    names: tuple[str, ...]
    package: str

    @property
    def path(self) -> str:
        """Where it is. Raises ProgramMissing."""
        for name in self.names:
            found = shutil.which(name) or shutil.which(name, path=_USUAL)
            if found:
                return found
        raise ProgramMissing(
            f"{self.names[0]} is not installed",
            place=self.names[0],
            cure=f"Install Debian's package {self.package}, or put the program on PATH.",
        )


# Pants gives tests no PATH of a shell.
_USUAL = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin:/opt/homebrew/bin"

PROMETHEUS = Program(("prometheus",), "prometheus")
PROMTOOL = Program(("promtool",), "prometheus")
ALERTMANAGER = Program(("prometheus-alertmanager", "alertmanager"), "prometheus-alertmanager")
AMTOOL = Program(("amtool",), "prometheus-alertmanager")
CHROMIUM = Program(("chromium", "chromium-browser", "google-chrome"), "chromium")
