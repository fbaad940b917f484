"""The ways to name a bundle at the command line.

bundles/0123…, ./x             a folder
s3://bucket/prefix/0123…       a URL
flight_delay@champion          of a release: champion, challenger, or v3
flight_delay@candidate         the one trained last
0123456789abcdef               an id or its first 16 digits: of this home, or beside a release
"""

from __future__ import annotations

import re
from pathlib import Path

from mooring.bundle.errors import BundleMissing
from mooring.bundle.folder_store import FolderStore
from mooring.bundle.location import is_url, parent_of
from mooring.bundle.open import Bundle, open_bundle
from mooring.bundle.release import Release, Released, read_release
from mooring.bundle.store import open_resolved, store_at
from mooring.cli.errors import NothingReleased
from mooring.cli.making import candidate_of
from mooring.cli.registry import find_model
from mooring.cli.workspace import Workspace

_ID = re.compile(r"[0-9a-f]{16}([0-9a-f]{48})?")
_VERSION = re.compile(r"v([0-9]{1,9})")


def find_bundle(space: Workspace, named: str, expect: str | None = None) -> Bundle:
    """The bundle of that name, fetched where it has to be, and verified; it is `expect`, if given.

    Raises BundleError, ReleaseError, UnknownModel, NothingReleased or NothingToBless.
    """
    if is_url(named):
        store, name = parent_of(named)
        found = store_at(store, space.cache).fetch(name)
        return open_bundle(found.path, expect=expect or found.id)
    if not Path(named).exists() and "@" in named:
        return _again(_of_model(space, *named.split("@", 1)), expect)
    if not Path(named).exists() and _ID.fullmatch(named):
        return _again(_of_home(space, named), expect)
    return open_bundle(Path(named), expect=expect)


def _again(found: Bundle, expect: str | None) -> Bundle:
    """Also what was found by another name must be what is expected."""
    return found if expect is None else open_bundle(found.path, expect=expect)


def _of_home(space: Workspace, named: str) -> Bundle:
    beside = sorted((space.root / "models").glob("*/bundles"))
    for folder in (space.bundles, space.cache, *beside):
        if FolderStore(folder).has(named):
            return FolderStore(folder).fetch(named)
    raise BundleMissing(
        f"there is no bundle {named[:16]} here",
        place=str(space.bundles),
        cure="Name a folder, a URL or <model>@champion, or pull it from the store that has it.",
    )


def _of_model(space: Workspace, model: str, role: str) -> Bundle:
    known = find_model(model)
    if role == "candidate":
        return candidate_of(known, space)
    path = space.release(known.name)
    released = _released(read_release(path, model=known.name).release, role)
    if released is None:
        raise NothingReleased(
            f"there is no {role}",
            place=str(path),
            cure="Name @champion, @challenger, @candidate, or a released version such as @v1.",
        )
    return open_resolved(
        released.location, beside=path.parent, cache=space.cache, expect=released.bundle
    )


def _released(release: Release, role: str) -> Released | None:
    if role == "champion":
        return release.champion
    if role == "challenger":
        return release.challenger
    version = _VERSION.fullmatch(role)
    known = [release.champion, release.challenger, *release.former]
    wanted = [r for r in known if r and version and r.version == int(version[1])]
    return wanted[0] if wanted else None
