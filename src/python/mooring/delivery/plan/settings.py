"""What `pants.toml` says that the graph of targets does not: which lock is whose."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mooring.delivery.plan.errors import PantsFailed

_DEFAULT_RESOLVE = "python-default"  # Pants' own name for it


@dataclass(frozen=True)
class Settings:
    """The resolves, the one that targets have unless they say otherwise, and pytest's own.

    `tags` are those that targets need, or with `-` must not have, to be seen by Pants.
    """

    resolves: Mapping[str, str]
    default_resolve: str = _DEFAULT_RESOLVE
    pytest_resolve: str | None = None
    whole_lock_in_tests: bool = False
    tags: tuple[str, ...] = ()

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Settings:
        """From the document of a `pants.toml`; what it leaves out has Pants' default."""
        python = document.get("python", {})
        return cls(
            resolves=python.get("resolves", {}),
            default_resolve=python.get("default_resolve", _DEFAULT_RESOLVE),
            pytest_resolve=document.get("pytest", {}).get("install_from_resolve"),
            whole_lock_in_tests=python.get("run_against_entire_lockfile", False),
            tags=tuple(document.get("GLOBAL", {}).get("tag", ())),
        )


def read_settings(root: Path) -> Settings:
    """Raises PantsFailed for a file that is no TOML."""
    try:
        return Settings.of(tomllib.loads((root / "pants.toml").read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise PantsFailed(
            f"it is not TOML: {error}", place="pants.toml", cure="Mend it; Pants reads it first."
        ) from None
