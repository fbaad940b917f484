"""Which entries of a store nobody needs any more: a pure verdict, entry by entry.

What cannot be told to be garbage stays: whatever is named, young, unreadable or of a model that
this checkout does not know.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from mooring.bundle.store import BundleStore, Stored

NAMED = "named by a release, here or in git, or as a candidate"


@dataclass(frozen=True)
class Needed:
    """What is not garbage: bundles by their first 16 digits, and the models that are known here."""

    bundles: Collection[str]
    models: Collection[str]


@dataclass(frozen=True)
class Fate:
    """What becomes of one entry, and why."""

    entry: Stored
    remove: bool
    why: str


def judge(
    stored: Sequence[Stored], needed: Needed, *, now: float, grace_seconds: float
) -> tuple[Fate, ...]:
    """Decide about every entry; `now` in seconds since 1970."""
    return tuple(_fate(entry, needed, now - grace_seconds) for entry in stored)


def collect(store: BundleStore, fates: Sequence[Fate]) -> tuple[Fate, ...]:
    """Remove what is to be removed; what was touched since it was judged stays after all."""
    return tuple(_done(store, fate) for fate in fates)


def _fate(entry: Stored, needed: Needed, oldest: float) -> Fate:
    if entry.name in needed.bundles:
        return Fate(entry, remove=False, why=NAMED)
    if entry.touched > oldest:
        return Fate(entry, remove=False, why="young")
    if entry.torn:
        return Fate(entry, remove=True, why="the rest of an upload that never ended")
    if entry.manifest is None:
        return Fate(entry, remove=False, why="not readable as a bundle")
    if entry.manifest.model not in needed.models:
        return Fate(entry, remove=False, why="of a model that this checkout does not have")
    return Fate(entry, remove=True, why="named by nobody")


def _done(store: BundleStore, fate: Fate) -> Fate:
    if not fate.remove or store.delete(fate.entry):
        return fate
    return Fate(fate.entry, remove=False, why="touched meanwhile")
