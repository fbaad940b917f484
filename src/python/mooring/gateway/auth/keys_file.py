"""The file that holds the keys' digests.

    {"format": 1, "keys": [{"id": "3f9c0d1e", "caller": "batch", "sha256": "…",
        "scopes": ["predict"], "expires": "2025-01-01T00:00:00Z"}]}

`not_before`, `expires`, `rate` (requests a second) and `models` may be left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from mooring.gateway.auth.caller import Caller, Permission
from mooring.gateway.auth.errors import BadKeys
from mooring.gateway.auth.keys import Key

_CURE = "Correct it, or write keys with `mooring gateway keys`."

# One file is read in one go; 10,000 keys are 3 MB.
_MOST_KEYS = 10_000
_LARGEST_FILE = 16 * 1_048_576

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]{0,62}$")]


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Entry(_Closed):
    """One key as it is written."""

    id: str = Field(pattern=r"^[0-9a-f]{8}$")
    caller: Name
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    scopes: tuple[Permission, ...] = Field(min_length=1)
    not_before: AwareDatetime | None = None
    expires: AwareDatetime | None = None
    rate: float | None = Field(default=None, gt=0, le=1e6, allow_inf_nan=False)
    models: tuple[Name, ...] | None = None

    @property
    def key(self) -> Key:
        """The key itself."""
        models = None if self.models is None else frozenset(self.models)
        caller = Caller(self.caller, frozenset(self.scopes), models)
        digest = bytes.fromhex(self.sha256)
        return Key(self.id, digest, caller, self.not_before, self.expires, self.rate)


class KeysFile(_Closed):
    """The whole file."""

    format: Literal[1] = 1
    keys: tuple[Entry, ...] = Field(default=(), max_length=_MOST_KEYS)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for name in ("id", "sha256"):
            if len({getattr(entry, name) for entry in self.keys}) < len(self.keys):
                raise ValueError(f"two keys have the same {name}")
        return self

    def to_json(self) -> bytes:
        """As it is written: sorted, and without what is not said."""
        document = self.model_dump(mode="json", exclude_none=True)
        return (json.dumps(document, indent=2, sort_keys=True) + "\n").encode()


def read_keys(path: Path) -> KeysFile:
    """Read and validate the file. Raises BadKeys with file, field and cure."""
    place = f"keys file {path}"
    try:
        content = _read(path)
    except OSError as error:
        problem = error.strerror or type(error).__name__
        raise BadKeys(problem, place=place, cure=_CURE) from None
    if len(content) > _LARGEST_FILE:
        raise BadKeys(f"it is longer than {_LARGEST_FILE} bytes", place=place, cure=_CURE)
    try:
        return KeysFile.model_validate_json(content)
    except ValidationError as error:
        raise _refused(error, place) from None


def entry_of(said: Mapping[str, Any]) -> Entry:
    """A key to be written. Raises BadKeys."""
    try:
        return Entry.model_validate(said)
    except ValidationError as error:
        raise _refused(error, "key") from None


def _refused(error: ValidationError, place: str) -> BadKeys:
    """The first mistake, without what stands there."""
    first: Any = error.errors(include_input=False, include_url=False, include_context=False)[0]
    field = ".".join(str(step) for step in first["loc"])
    return BadKeys(first["msg"], place=f"{place}, {field}" if field else place, cure=_CURE)


def keys_of(file: KeysFile) -> Iterable[Key]:
    """The keys of a file."""
    return (entry.key for entry in file.keys)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LARGEST_FILE + 1)
