"""Which bundle of each model is to be served: the champion of its release, or one that is named."""

from __future__ import annotations

from collections.abc import Sequence

from mooring.bundle.release import read_release
from mooring.cli.errors import CommandError, NothingReleased
from mooring.cli.making import candidate_of
from mooring.cli.registry import Model, find_model
from mooring.cli.released import open_released
from mooring.cli.served import Served
from mooring.cli.workspace import Workspace

UNRELEASED = 0


class OneBundleManyModels(CommandError):
    """A bundle is named, and models that it is not of."""


def champion(model: Model, space: Workspace) -> Served:
    """The champion's bundle, fetched where it has to be, and verified.

    Raises NothingReleased, ReleaseError or BundleError.
    """
    path = space.release(model.name)
    released = read_release(path, model=model.name).release.champion
    if released is None:
        raise NothingReleased(
            "there is no champion", place=str(path), cure=f"Run `mooring promote {model.name}`."
        )
    bundle = open_released(model, space, released)
    return Served(model.name, model.service, bundle.id, bundle.path, released.version)


def unreleased(model: Model, space: Workspace, bundle: str | None) -> Served:
    """A bundle of the store, served as version 0: to try it before it is promoted."""
    opened = candidate_of(model, space, bundle)
    return Served(model.name, model.service, opened.id, opened.path, UNRELEASED)


def to_serve(
    names: Sequence[str], space: Workspace, *, bundle: str | None, candidate: bool
) -> list[Served]:
    """What to serve of each model, named once or more: champions, unless a trial is asked for.

    Raises OneBundleManyModels, UnknownModel and what `champion` and `unreleased` raise.
    """
    known = [find_model(name) for name in dict.fromkeys(names)]
    if bundle is not None and len(known) > 1:
        raise OneBundleManyModels(
            "a bundle is of one model", place="--bundle", cure="Name that model alone."
        )
    if candidate or bundle is not None:
        return [unreleased(model, space, bundle) for model in known]
    return [champion(model, space) for model in known]
