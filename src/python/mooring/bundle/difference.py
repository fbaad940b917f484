"""What tells two bundles apart: facts of their manifests, their contracts, metrics and files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from mooring.bundle.manifest import METRICS, FileEntry
from mooring.bundle.open import Bundle
from mooring.contract.compatibility import Comparison, compare

ABSENT = "–"


@dataclass(frozen=True)
class Fact:
    """One fact on both sides; `ABSENT` where a side has none."""

    name: str
    before: str
    after: str

    @property
    def differs(self) -> bool:
        """Whether the sides say different things."""
        return self.before != self.after


@dataclass(frozen=True)
class BundleDifference:
    """Everything that two bundles say, side by side."""

    before: str
    after: str
    contract: Comparison
    facts: tuple[Fact, ...]
    metrics: tuple[Fact, ...]
    files: tuple[Fact, ...]

    @property
    def same(self) -> bool:
        """Whether they are one bundle."""
        return self.before == self.after

    def to_document(self) -> dict[str, Any]:
        """The facts for scripts: all metrics, and of the rest what differs."""
        changes = [asdict(change) for change in self.contract.changes]
        return {
            "before": self.before,
            "after": self.after,
            "same": self.same,
            "contract": {"verdict": self.contract.verdict, "changes": changes},
            "facts": [asdict(fact) for fact in self.facts if fact.differs],
            "metrics": [asdict(fact) for fact in self.metrics],
            "files": [asdict(fact) for fact in self.files if fact.differs],
        }


def difference_of(before: Bundle, after: Bundle) -> BundleDifference:
    """Compare two verified bundles."""
    return BundleDifference(
        before.id,
        after.id,
        compare(before.contract, after.contract),
        _side_by_side(_facts(before), _facts(after)),
        _side_by_side(_metrics(before), _metrics(after)),
        _side_by_side(_files(before), _files(after)),
    )


def _side_by_side(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Fact, ...]:
    names = dict.fromkeys([*before, *after])
    return tuple(Fact(n, before.get(n, ABSENT), after.get(n, ABSENT)) for n in names)


def _facts(bundle: Bundle) -> dict[str, str]:
    """Every fact of the manifest but its files, nested ones by their path."""
    told = bundle.manifest.model_dump(mode="json", exclude={"files"})
    return _flat(told) | {"bytes": str(bundle.bytes)}


def _metrics(bundle: Bundle) -> dict[str, str]:
    """`metrics.json`, whatever shape it has; nothing where there is none to be read."""
    try:
        return _flat(json.loads(bundle.files.get(METRICS, b"{}")))
    except (ValueError, RecursionError):
        return {}


def _files(bundle: Bundle) -> dict[str, str]:
    return {name: _told(entry) for name, entry in bundle.manifest.files.items()}


def _told(entry: FileEntry) -> str:
    return f"{entry.bytes} bytes, {entry.sha256[:16]}"


def _flat(document: Any, path: str = "") -> dict[str, str]:
    """Leaves of a JSON document by their path.

    >>> _flat({"a": {"b": 1}, "c": [2.5]})
    {'a.b': '1', 'c.0': '2.5'}
    """
    if isinstance(document, dict):
        parts = document.items()
    elif isinstance(document, list):
        parts = {str(i): part for i, part in enumerate(document)}.items()
    else:
        return {path: f"{document:.6g}" if isinstance(document, float) else str(document)}
    prefix = f"{path}." if path else ""
    flat: dict[str, str] = {}
    for name, part in parts:
        flat |= _flat(part, f"{prefix}{name}")
    return flat
