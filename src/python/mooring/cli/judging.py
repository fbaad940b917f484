"""From a bundle to evidence: the verb `bless`."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import polars as pl

from mooring.blessing.evaluation import evaluate
from mooring.blessing.evidence import Blessing, write_blessing
from mooring.blessing.gate import Gate
from mooring.blessing.permutation import Refit
from mooring.bundle.errors import BundleError
from mooring.bundle.load import LoadedModel, load_model
from mooring.bundle.open import Bundle
from mooring.bundle.release import read_release
from mooring.cli.errors import ChampionUnusable
from mooring.cli.making import candidate_of
from mooring.cli.registry import Model
from mooring.cli.released import open_released
from mooring.cli.workspace import Workspace
from mooring.data.dataset import DatasetVersion, read_version
from mooring.data.ingest import table_of
from mooring.training.refit import refit_of


@dataclass(frozen=True)
class Blessed:
    """A blessing and the file that holds it."""

    blessing: Blessing
    path: Path


@dataclass(frozen=True)
class Terms:
    """On which rows a bundle is judged, by which gate; `refit` trains it again on others."""

    gate: Gate
    dataset: DatasetVersion
    rows: pl.DataFrame
    refit: Refit | None


def bless_model(
    model: Model, space: Workspace, bundle: str | None = None, terms: Terms | None = None
) -> Blessed:
    """Judge a bundle and compare it with the champion: on `terms`, by default the model's gate and
    the newest dataset version.

    Raises ChampionUnusable when the gate asks for a comparison and the champion does not load.
    """
    loaded = load_model(candidate_of(model, space, bundle))
    terms = terms or _usual(model, space)
    champion = _champion_to_beat(model, space, loaded.bundle)
    blessing = evaluate(loaded, terms.gate, terms.dataset, terms.rows, champion, terms.refit)
    return Blessed(blessing, write_blessing(space.blessings, blessing))


def _usual(model: Model, space: Workspace) -> Terms:
    dataset, rows = read_version(table_of(space.data, model.name))
    return Terms(model.gate, dataset, rows, _refit(model))


def _refit(model: Model) -> Refit | None:
    """How to train the model again; None for one that was adopted without its training code."""
    return refit_of(model.plan) if is_trained(model) else None


def is_trained(model: Model) -> bool:
    """Whether its training code is here."""
    return find_spec(f"models.{model.name}.pipeline") is not None


def _champion_to_beat(model: Model, space: Workspace, candidate: Bundle) -> LoadedModel | None:
    """The release's champion, loaded; None where there is none, or it is the candidate itself."""
    released = read_release(space.release(model.name), model=model.name).release.champion
    wanted = model.gate.against_champion is not None
    if not wanted or released is None or released.bundle == candidate.id:
        return None
    try:
        return load_model(open_released(model, space, released))
    except BundleError as error:
        raise ChampionUnusable(
            f"the champion cannot be compared with: {error.problem}",
            place=error.place,
            cure="Restore its bundle from git or its store, or roll back to a champion that loads.",
        ) from error
