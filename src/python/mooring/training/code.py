"""The digest of the code that a model was trained with: whatever its training can import of ours.

Walks import statements from the roots, so it depends on neither what else the process has loaded
nor on where the checkout lies, and a change to the gateway does not rename a bundle.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, resolve_name
from pathlib import Path

from mooring.contract.canonical import canonical_json, sha256

OURS = ("mooring", "models")


def code_digest(roots: Iterable[str]) -> str:
    """SHA-256 over the sorted (module, sha256 of its source) reachable from `roots`."""
    return sha256(canonical_json(sorted(_reachable(roots).items())))


def _reachable(roots: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    waiting = list(roots)
    while waiting:
        module = waiting.pop()
        spec = None if module in found else _find(module)
        if spec is None or spec.origin is None:
            continue
        source = Path(spec.origin).read_bytes()
        found[module] = sha256(source)
        waiting += _imports(source, spec.parent or "")
    return found


def _find(module: str) -> ModuleSpec | None:
    try:
        return find_spec(module)
    except ModuleNotFoundError:
        return None


def _imports(source: bytes, package: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            origin = resolve_name("." * node.level + (node.module or ""), package)
            names = [origin, *(f"{origin}.{alias.name}" for alias in node.names)]
        yield from (name for name in names if name.split(".")[0] in OURS)
