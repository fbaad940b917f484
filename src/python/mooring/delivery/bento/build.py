"""From sources, a champion and a lock to a Bento: the same bytes wherever and whenever."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from mooring.bundle.atomic import new_folder
from mooring.delivery.bento.builder import run_builder
from mooring.delivery.bento.errors import PlaceTaken
from mooring.delivery.bento.normal import normalise, settle
from mooring.delivery.bento.recipe import Recipe, lay_out, version_of


def build_bento(recipe: Recipe, into: Path) -> str:
    """Build the Bento into the new folder `into` and return its tag, `<model>:<version>`.

    A build that fails leaves nothing at `into`.
    Raises BentoBuildError, or what `lay_out` raises for a champion that is not what it says.
    """
    if into.exists():
        raise PlaceTaken("it exists already", place=str(into), cure="Name a new folder.")
    # Not beside `into`: BentoML refuses to read below any folder whose name begins with a dot.
    with TemporaryDirectory(prefix="bento-") as scratch:
        context, home = Path(scratch) / "context", Path(scratch) / "home"
        context.mkdir()
        champion = lay_out(recipe, context)
        version = version_of(context)
        built = run_builder(context, version, home)
        normalise(built, lock=recipe.lock.read_text(), created=champion.promoted_at)
        with new_folder(into) as aside:
            shutil.copytree(built, aside, dirs_exist_ok=True)
            settle(aside)
    return f"{champion.model}:{version}"
