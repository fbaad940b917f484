"""`mooring card`: the model card of a bundle, from what is recorded of it."""

from __future__ import annotations

from pathlib import Path

from mooring.blessing.evidence import blessing_path
from mooring.blessing.promotion import crowned
from mooring.bundle.atomic import write_file
from mooring.bundle.open import Bundle
from mooring.bundle.release import Release, Released, read_release
from mooring.card.facts import gather
from mooring.card.render import render
from mooring.cli.making import candidate_of
from mooring.cli.registry import Model
from mooring.cli.released import entries_of, open_released
from mooring.cli.workspace import Workspace


def card_model(
    model: Model, space: Workspace, *, bundle: str | None = None, out: Path | None = None
) -> list[Path]:
    """Write the card of the named bundle, else of the champion, and return its files.

    Raises PromotionRefused without a champion, and a BundleError for a bundle that is not whole.
    """
    release = read_release(space.release(model.name), model=model.name).release
    opened, blessings = find_bundle(model, space, release, bundle)
    folder = out or space.home / "cards" / model.name / opened.id[:16]
    files = render(gather(opened, blessings, release))
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write_file(folder / name, content)
    return sorted(folder / name for name in files)


def find_bundle(
    model: Model, space: Workspace, release: Release, bundle: str | None
) -> tuple[Bundle, Path]:
    """A released bundle or one of the store, and the folder of the evidence on it."""
    released = _released(release, bundle)
    if released is None:
        return candidate_of(model, space, bundle), space.blessings
    opened = open_released(model, space, released)
    beside = space.model(model.name) / "blessings"
    known = blessing_path(beside, opened.id, "evaluation").exists()
    return opened, beside if known else space.blessings


def _released(release: Release, bundle: str | None) -> Released | None:
    if bundle is None:
        return crowned(release)
    found = [r for r in entries_of(release) if r.bundle.startswith(bundle)]
    return found[0] if found and len(bundle) >= 16 else None
