"""Looking at all that a gateway is configured by, without starting one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from mooring.gateway.auth.keys_file import read_keys
from mooring.gateway.setting import Setting
from mooring.gateway.settings import read_settings
from mooring.gateway.traffic.document import read_routing
from mooring.process.errors import BadSettings, StartError

T = TypeVar("T")

DEFAULT = "default"


@dataclass(frozen=True)
class Effective:
    """One setting as the gateway would use it, and who set it."""

    name: str
    value: str
    place: str


@dataclass(frozen=True)
class Checked:
    """Every mistake that was found; what is effective, unless the settings themselves are wrong."""

    faults: tuple[StartError, ...]
    effective: tuple[Effective, ...] = ()


def check(environ: Mapping[str, str]) -> Checked:
    """Read the settings and every document that they name."""
    faults: list[StartError] = []
    read = _attempt(lambda: read_settings(environ), faults)
    if read is None:
        return Checked(tuple(faults))
    settings, places = read
    _attempt(lambda: read_routing(settings.routing), faults)
    if "keys" in settings.authentication:
        _attempt(lambda: read_keys(settings.auth.keys_file), faults)
    return Checked(tuple(faults), tuple(_effective(settings, places, "")))


def _attempt(read: Callable[[], T], faults: list[StartError]) -> T | None:
    try:
        return read()
    except BadSettings as error:
        faults.extend(error.faults)
    except StartError as error:
        faults.append(error)
    return None


def _effective(group: Any, places: Mapping[str, str], path: str) -> list[Effective]:
    found = []
    for each in fields(group):
        value, name = getattr(group, each.name), f"{path}{each.name}"
        declared = each.metadata.get(Setting)
        if declared is None:
            found += _effective(value, places, f"{name}.")
        else:
            shown = ("set" if value else "") if declared.secret else str(value)
            found.append(Effective(name, shown, places.get(name, DEFAULT)))
    return found
