"""What a Bento is made of, laid out as its sources will be; and its version, which is their digest.

Of the release it holds what `champion/` says, and nothing that changes without it.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from mooring.bundle.champion import CHAMPION, Champion, read_champion
from mooring.bundle.manifest import CARD, Runtime
from mooring.bundle.open import open_bundle
from mooring.contract.canonical import canonical_json, sha256
from mooring.delivery.bento.errors import IngredientMissing

# Part of every version: raise it when what is made of the same ingredients changes.
FORMAT = 1

# As many digits of a sha256 as name a bundle; BentoML takes any lower-case word for a version.
_VERSION_DIGITS = 16

LOCK = "requirements.txt"
BENTOFILE = "bentofile.yaml"

# What loads a bundle, by its runtime; the lock must hold it.
LIBRARIES_OF: Mapping[Runtime, tuple[str, ...]] = {
    "onnx": ("onnxruntime",),
    "skops": ("scikit-learn", "skops"),
}

# What first-party code lies in. A loose PEX holds its own launcher besides, which no Bento needs.
PACKAGES = ("models", "mooring")


@dataclass(frozen=True)
class Recipe:
    """Where the ingredients lie: `sources` holds the service's first-party code and nothing else,
    `champion` what `mooring.delivery.bundles` wrote, `lock` the requirements of the service.
    """

    sources: Path
    champion: Path
    lock: Path


def lay_out(recipe: Recipe, context: Path) -> Champion:
    """Copy the ingredients into the empty folder `context`, as BentoML's builder wants them.

    Raises IngredientMissing, ReleaseError for a champion that cannot be read, or what `open_bundle`
    raises for one that is not what it says.
    """
    shipped = read_champion(recipe.champion)
    if shipped is None:
        raise _missing("there is no champion in it", recipe.champion)
    champion = shipped.champion
    bundle = open_bundle(shipped.path, expect=champion.bundle)
    _check_lock(recipe.lock, bundle.manifest.runtime)
    if not (recipe.sources / service_file(champion.model)).is_file():
        raise _missing(f"it has no {service_file(champion.model)}", recipe.sources)
    for package in PACKAGES:
        _copy_sources(recipe.sources / package, context / package)
    shutil.copytree(recipe.champion, context / CHAMPION)
    shutil.copyfile(recipe.lock, context / LOCK)
    (context / BENTOFILE).write_text(_bentofile(champion, shipped.path / CARD))
    return champion


def service_file(model: str) -> str:
    """Where the service of a model is defined.

    >>> service_file("flight_time")
    'models/flight_time/service.py'
    """
    return f"models/{model}/service.py"


def version_of(context: Path) -> str:
    """The version of the Bento that is built here: digits of a digest of all that goes into it."""
    files = {path: sha256((context / path).read_bytes()) for path in _files(context)}
    facts = {"format": FORMAT, "bentoml": version("bentoml"), "files": files}
    return sha256(canonical_json(facts))[:_VERSION_DIGITS]


def _check_lock(lock: Path, runtime: Runtime) -> None:
    if not lock.is_file():
        raise _missing("there is no such lock", lock)
    text = lock.read_text()
    for library in LIBRARIES_OF[runtime]:
        if not re.search(rf"^{library}==", text, re.MULTILINE):
            raise IngredientMissing(
                f"the champion is served by {runtime}, and this lock has no {library}",
                place=str(lock),
                cure="Name the lock that has it: `released_model(libraries=…)` in BUILD.",
            )


def _copy_sources(package: Path, to: Path) -> None:
    """Copy the modules. A folder without `__init__.py`, which Pants leaves out where it is empty,
    would lose against a package of the same name further down the path: the checkout's, say.
    """
    for module in sorted(package.rglob("*.py")):
        target = to / module.relative_to(package)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(module, target)
    for folder in [to, *(entry for entry in to.rglob("*") if entry.is_dir())]:
        (folder / "__init__.py").touch()


def _bentofile(champion: Champion, card: Path) -> str:
    """BentoML's own build file, as JSON, which is YAML."""
    document = {
        "service": service_file(champion.model).removesuffix(".py").replace("/", "."),
        "description": card.read_text() if card.exists() else f"# {champion.model}\n",
        "labels": {
            "mooring.version": str(champion.version),
            "mooring.bundle": champion.bundle,
        },
        "include": [f"{folder}/**" for folder in (*PACKAGES, CHAMPION)],
        # The lock is final: nothing is resolved, hence nothing is asked of any index.
        "python": {"requirements_txt": LOCK, "lock_packages": False},
    }
    return json.dumps(document, indent=2) + "\n"


def _files(folder: Path) -> Iterator[str]:
    return (
        str(path.relative_to(folder)) for path in sorted(folder.rglob("*")) if not path.is_dir()
    )


def _missing(problem: str, place: Path) -> IngredientMissing:
    return IngredientMissing(
        problem, place=str(place), cure="Build it by `./pants package models/<name>:bento`."
    )
