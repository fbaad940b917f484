"""The port to a model registry: it shows people what `release.json` says, and decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from mooring.bundle.release import Role

ROLES: tuple[Role, ...] = ("champion", "challenger")


@dataclass(frozen=True)
class Holder:
    """A bundle that holds a role: its release version, the run it came from ('' is unknown), and
    the digests of its blessings by kind.
    """

    bundle: str
    version: int
    run: str
    blessings: Mapping[str, str]


@dataclass(frozen=True)
class Mirrored:
    """The registry's own version behind each role that is held, and what could not be shown."""

    aliases: Mapping[Role, str]
    notes: tuple[str, ...] = ()


class Registry(Protocol):
    """Shows who holds which role."""

    def mirror(self, model: str, holders: Mapping[Role, Holder]) -> Mirrored:
        """Make the registry say what `holders` says. Raises TrackingUnavailable."""
