"""Byte code of an image's sources: a container with a read-only root could not keep its own.

Unchecked: Python neither looks for the source's time nor reads the source, so equal sources give
equal files.
"""

from __future__ import annotations

import importlib.util
import marshal
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from types import CodeType

from mooring.delivery.oci.entries import Entry
from mooring.delivery.oci.errors import ImageUnbuildable

TAG = "cpython-311"
# PEP 552: hash-based and not to be checked.
_UNCHECKED = (0b01).to_bytes(4, "little")
# Marshal's later versions write an object that something else holds too as a reference, and who
# holds a string depends on what the process has done before. Costs 2 % of the compressed size and
# no time in loading (1,500 files).
_NO_REFERENCES = 2


def with_bytecode(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries, and for each Python source among them its byte code beside it.

    A source that this Python cannot compile has none: a library may hold templates or code for
    other versions, which nobody imports. Raises ImageUnbuildable in a Python with random hashes,
    which would write the members of a constant set in an order of their own.
    """
    if sys.flags.hash_randomization:
        raise ImageUnbuildable(
            "byte code differs from run to run in this process",
            place="PYTHONHASHSEED",
            cure="Set it to 0 before Python starts.",
        )
    for entry in entries:
        yield entry
        if entry.kind == "file" and entry.path.endswith(".py"):
            yield from _compiled(entry)


def _compiled(entry: Entry) -> Iterator[Entry]:
    source = entry.content.read_bytes() if isinstance(entry.content, Path) else entry.content
    try:
        code = compile(source, f"/{entry.path}", "exec", dont_inherit=True, optimize=0)
    except (SyntaxError, ValueError):
        return
    path = PurePosixPath(entry.path)
    at = path.parent / "__pycache__" / f"{path.stem}.{TAG}.pyc"
    yield Entry(str(at), content=_unchecked(code, importlib.util.source_hash(source)))


def _unchecked(code: CodeType, source_hash: bytes) -> bytes:
    return (
        importlib.util.MAGIC_NUMBER + _UNCHECKED + source_hash + marshal.dumps(code, _NO_REFERENCES)
    )
