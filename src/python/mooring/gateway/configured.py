"""Reading settings: from the environment, else from a TOML file, else their defaults.

    port = 8080

    [auth]
    keys_file = "/etc/mooring/keys.json"

A key that nobody reads is an error: it is a setting that its author believes in. Secrets are read
from the environment, or from a file of their own that `<variable>_FILE` names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from mooring.gateway.setting import HOME, Setting
from mooring.process.settings import Faults, read_toml

G = TypeVar("G")

CONFIG = "MOORING_GATEWAY_CONFIG"


@dataclass
class Sources(Faults):
    """Where values come from, and what was found on the way.

    `places` tells for each setting that somebody set where: a variable, or `file: key`.
    """

    environ: Mapping[str, str]
    file: str = ""
    document: Mapping[str, Any] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Sources:
        """The environment, and the file that it names. Raises BadSetting."""
        named = environ.get(CONFIG)
        if not named:
            return cls(environ)
        return cls(environ, named, read_toml(Path(named), CONFIG, "the gateway"))

    def group(self, cls: type[G]) -> G:
        """Read a group of settings and those within it. Raises BadSetting, or BadSettings for
        several.
        """
        group = self._group(cls, self.document, "")
        self.check()
        return group

    def _group(self, cls: type[G], table: Mapping[str, Any], path: str) -> G:
        found: dict[str, Any] = {}
        known = set()
        for each in fields(cls):  # type: ignore[arg-type]
            declared = each.metadata.get(Setting)
            if declared is None:
                found |= self._within(each, table, path)
            else:
                found |= self._one(each, declared, table, path)
            if declared is None or not declared.secret:
                known.add(each.name)
        for unknown in sorted(table.keys() - known):
            self._refuse_unknown(path, unknown, known)
        return cls(**found)

    def _within(self, each: Field[Any], table: Mapping[str, Any], path: str) -> dict[str, Any]:
        group: Any = each.default_factory
        inner = table.get(each.name, {})
        if not isinstance(inner, dict):
            place = self._key(path, each.name)
            self.refuse(place, "it is not a table", f"Write its settings below [{each.name}].")
            inner = {}
        return {each.name: self._group(group, inner, f"{path}{each.name}.")}

    def _one(
        self, each: Field[Any], declared: Setting, table: Mapping[str, Any], path: str
    ) -> dict[str, Any]:
        """The field's value by its name, or nothing, which leaves its default."""
        kind = declared.kind
        text, place = self.environ.get(declared.variable), declared.variable
        if not text and declared.secret:
            text, place = self._secret(place)
        if not text and (declared.secret or each.name not in table):
            return self._default(each, declared)
        place = place if text else self._key(path, each.name)
        try:
            value = kind.of_text(text) if text else kind.of_value(table[each.name])
        except (ValueError, OverflowError):
            self.refuse(place, kind.fault, kind.cure)
            return {}
        self.places[f"{path}{each.name}"] = place
        return {each.name: value}

    def _secret(self, variable: str) -> tuple[str, str]:
        """What is in the file that `…_FILE` names, as platforms hand secrets over."""
        place = f"{variable}_FILE"
        named = self.environ.get(place)
        if not named:
            return "", place
        try:
            # An empty one is no secret that anybody wanted.
            return Path(named).read_text(encoding="utf-8").strip() or "\0", place
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            self.refuse(place, reason or type(error).__name__, "Name a file that can be read.")
            return "", place

    def _default(self, each: Field[Any], declared: Setting) -> dict[str, Any]:
        home = self.environ.get("MOORING_HOME")
        lies = each.default
        if not (home and declared.in_home and isinstance(lies, Path)):
            return {}
        return {each.name: Path(home) / lies.relative_to(HOME)}

    def _refuse_unknown(self, path: str, name: str, known: set[str]) -> None:
        # Not by its name, which may be a secret that was pasted into the wrong place.
        close = name if name.isidentifier() and len(name) < 40 else "…"
        cure = f"Known here are {', '.join(sorted(known))}; remove it or correct it."
        self.refuse(self._key(path, close), "there is no such setting", cure)

    def _key(self, path: str, name: str) -> str:
        return f"{self.file}: {path}{name}"
