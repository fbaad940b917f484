"""The output of `pants peek ::` as a graph, with what Pants knows but does not count.

Three kinds of edge are missing from Pants' own selection and are added here: the tool that an
`adhoc_tool` runs; the lock that a test or a PEX is installed from whole, whether or not it imports
anything of it; pytest's own lock and configuration.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mooring.delivery.plan.graph import Graph
from mooring.delivery.plan.rules import PYTEST
from mooring.delivery.plan.settings import Settings
from mooring.delivery.plan.target import Target

# Fields that name targets. In `dependencies` Pants has put generators' targets in their place.
_REFERENCES = (
    "dependencies_raw",
    "execution_dependencies",
    "files",
    "output_dependencies_raw",
    "packages",
    "runnable",
    "runnable_dependencies",
    "runtime_package_dependencies",
)

Peeked = Mapping[str, Any]


def graph_of(peeked: Iterable[Peeked], settings: Settings) -> Graph:
    """The graph of a checkout; `peeked` is the list that `pants peek` prints."""
    listed = list(peeked)
    known = {each["address"] for each in listed}
    targets = {each["address"]: _target(each, known) for each in listed}
    return Graph(targets, _readers(listed, settings))


def _target(each: Peeked, known: set[str]) -> Target:
    folder = folder_of(each)
    return Target(
        address=each["address"],
        type=each["target_type"],
        folder=folder,
        sources=tuple(each.get("sources") or ()),
        globs=tuple(each.get("sources_raw") or filter(None, [each.get("source_raw")])),
        dependencies=tuple(sorted({*each["dependencies"], *_references(each, folder, known)})),
    )


def folder_of(each: Peeked) -> str:
    """The folder of the BUILD file that a target comes from."""
    address: str = each["address"]
    path, _, name = address.removeprefix("//").partition("#")[0].partition(":")
    if path not in (each.get("sources") or ()):
        return path
    parts = path.split("/")[:-1]
    return "/".join(parts[: len(parts) - name.count("../")])


def _references(each: Peeked, folder: str, known: set[str]) -> Iterator[str]:
    for field in _REFERENCES:
        written = each.get(field) or ()
        for reference in (written,) if isinstance(written, str) else written:
            yield from known.intersection(_spellings(reference, folder))


def _spellings(reference: str, folder: str) -> Iterator[str]:
    """The addresses that a reference in a BUILD file of `folder` can mean."""
    path, colon, name = reference.removeprefix("//").partition(":")
    if path.startswith("./") or (colon and not path and not reference.startswith("//")):
        path = "/".join(part for part in (folder, path.removeprefix("./")) if part)
    full = f"{path}:{name}" if colon else path
    yield from (full, f"//{full}")
    if not colon:
        yield f"{path}:{path.rpartition('/')[2]}"


def _readers(listed: Iterable[Peeked], settings: Settings) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in listed:
        for path in _read_unowned(each, settings):
            found.setdefault(path, []).append(each["address"])
    return found


def _read_unowned(each: Peeked, settings: Settings) -> Iterator[str]:
    resolve = each.get("resolve") or settings.default_resolve
    resolves = []
    if each["target_type"] == "python_test":
        resolves.append(settings.pytest_resolve)
        if settings.whole_lock_in_tests:
            resolves.append(resolve)
        yield from (rule.pattern for rule in PYTEST)
    # Where nothing of the lock is imported, Pants puts all of it into the PEX.
    if each["target_type"] == "pex_binary" and each.get("include_requirements"):
        resolves.append(resolve)
    yield from (lock for name in resolves if name and (lock := settings.resolves.get(name)))
