"""What `mooring bundle gc` looks at: the stores of a workspace, and what is still named."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

from mooring.bundle.folder_store import FolderStore
from mooring.bundle.garbage import Fate, Needed, collect, judge
from mooring.bundle.release import read_release
from mooring.bundle.store import BundleStore, store_at
from mooring.cli import git
from mooring.cli.registry import known_models
from mooring.cli.workspace import Workspace

SECONDS_A_DAY = 86_400

_RELEASED = re.compile(r'"bundle": "([0-9a-f]{64})"')


@dataclass(frozen=True)
class Collected:
    """The fates of one store's entries."""

    store: str
    fates: tuple[Fate, ...]


def collect_garbage(
    space: Workspace, store: str | None, *, grace_days: float, remove: bool
) -> list[Collected]:
    """Judge the entries of `store`, or of all folders of the workspace, and remove them if told to.

    Raises ReleaseError when a release cannot be read: then nobody can say what is needed.
    """
    return [
        Collected(name, _collected(where, needs, grace_days, remove))
        for name, where, needs in _stores(space, store)
    ]


def _collected(
    store: BundleStore, needs: Needs, grace_days: float, remove: bool
) -> tuple[Fate, ...]:
    # Listed before anybody is asked what is needed: what is promoted meanwhile is seen.
    stored = store.stored()
    fates = judge(stored, needs.now(), now=time.time(), grace_seconds=grace_days * SECONDS_A_DAY)
    return collect(store, fates) if remove else fates


@dataclass(frozen=True)
class Needs:
    """What the releases of a workspace name, and `history` whether also what they ever named."""

    space: Workspace
    history: bool

    def now(self) -> Needed:
        """Read it from the checkout as it is at this moment."""
        models = self.space.root / "models"
        bundles = set(_released(self.space)) | set(_candidates(self.space))
        if self.history:
            changes = git.patches(self.space.root, "models/*/release.json")
            bundles |= set(_RELEASED.findall(changes))
        known = {path.parent.name for path in models.glob("*/release.json")} | set(known_models())
        return Needed(frozenset(name[:16] for name in bundles), frozenset(known))


def _stores(space: Workspace, store: str | None) -> Iterator[tuple[str, BundleStore, Needs]]:
    """Stores by name. Beside a release lies what is committed: git has what it named before."""
    if store is not None:
        yield store, store_at(store, space.cache), Needs(space, history=True)
        return
    for folder in (space.bundles, space.cache):
        yield str(folder), FolderStore(folder), Needs(space, history=True)
    for folder in sorted((space.root / "models").glob("*/bundles")):
        yield str(folder), FolderStore(folder), Needs(space, history=False)


def _released(space: Workspace) -> Iterator[str]:
    """Every bundle that a release of the checkout names."""
    for path in sorted((space.root / "models").glob("*/release.json")):
        release = read_release(path).release
        for released in (release.champion, release.challenger, *release.former):
            if released is not None:
                yield released.bundle


def _candidates(space: Workspace) -> Iterator[str]:
    """The bundle that was trained last, of every model."""
    for path in sorted(space.candidates.glob("*")):
        if not path.name.startswith("."):
            yield path.read_text().strip()


def days_since(touched: float) -> float:
    """Age in days."""
    return (time.time() - touched) / SECONDS_A_DAY


def removed(found: list[Collected]) -> list[tuple[str, Fate]]:
    """What was removed, or would be, with the store it lay in."""
    return [(part.store, fate) for part in found for fate in part.fates if fate.remove]
