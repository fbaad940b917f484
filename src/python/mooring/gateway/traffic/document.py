"""Reading the routing document from a file, whole or not at all."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mooring.contract.routing import Routing
from mooring.gateway.errors import BadRouting

_CURE = "Write it again with `mooring gateway render`."
_OLDER_CURE = "Publish it with a higher version, or restart the gateway to go back."

# 500 models with all their replicas stay below; a larger file is another file.
_LONGEST_BYTES = 16 * 1_048_576
# A name may be anything when it is the name that is wrong.
_LONGEST_STEP = 80


def read_routing(path: Path) -> Routing:
    """Read and validate the document. Raises BadRouting with file, field and cure."""
    return parse_routing(read_document(path), path)


def read_document(path: Path) -> bytes:
    """The document's bytes. Raises BadRouting unless it is a file that can be read whole."""
    try:
        with open(path, "rb", opener=_open_at_once) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise _bad("it is not a regular file", path)
            document = file.read(_LONGEST_BYTES + 1)
    except OSError as error:
        raise _bad(error.strerror or type(error).__name__, path) from None
    if len(document) > _LONGEST_BYTES:
        raise _bad(f"it is longer than {_LONGEST_BYTES} bytes", path)
    return document


def parse_routing(document: bytes, path: Path) -> Routing:
    """Validate a document that was read from `path`. Raises BadRouting."""
    try:
        routing = Routing.model_validate_json(document)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise _bad(first["msg"], path, [step for step in first["loc"] if step != "[key]"]) from None
    # A reader that takes the last of two fields and one that takes the first obey two documents.
    try:
        json.loads(document, object_pairs_hook=lambda pairs: _each_once(pairs, path))
    except ValueError:
        raise _bad("two readers of JSON disagree about it", path) from None
    return routing


def check_successor(path: Path, before: Routing, after: Routing) -> None:
    """Raises BadRouting when `after` cannot follow `before` in a gateway that runs.

    A lower version is a file that somebody put back, and an equal one with other content is two
    writers: neither may move traffic.
    """
    if after.version < before.version:
        problem = f"it is older than version {before.version}, which is in force"
        raise _bad(problem, path, ["version"], _OLDER_CURE)
    if after.version == before.version and after != before:
        problem = f"it says something else than version {before.version}, which is in force"
        raise _bad(problem, path, ["version"], _OLDER_CURE)


def _open_at_once(path: str, flags: int) -> int:
    # A pipe without a writer would otherwise hold up the gateway for ever.
    return os.open(path, flags | os.O_NONBLOCK)


def _each_once(pairs: Sequence[tuple[str, Any]], path: Path) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise _bad("a field stands twice in one object", path)
    return dict(pairs)


def _bad(problem: str, path: Path, field: Sequence[object] = (), cure: str = _CURE) -> BadRouting:
    where = ".".join(_said(step) for step in field)
    place = f"routing document {path}" + (f", {where}" if where else "")
    return BadRouting(problem, place=place, cure=cure)


def _said(step: object) -> str:
    """One step of a field's path, short and on one line, whatever the document calls it."""
    return "".join(c if c.isprintable() else "?" for c in str(step)[:_LONGEST_STEP])
