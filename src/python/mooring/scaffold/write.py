"""A model's folder, whole or not at all: written aside, tried, renamed into place, announced."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mooring.bundle.atomic import ASIDE, sweep, write_file
from mooring.contract.errors import MooringError
from mooring.data.ingest import ingest
from mooring.data.source import DataSource
from mooring.scaffold.checkout import MODELS, registered
from mooring.scaffold.errors import FirstFitFailed, NameRefused
from mooring.scaffold.gate_source import FirstFit

# A first fit that takes longer is no scaffold's business.
FIT_SECONDS = 600

_LINES_SHOWN = 6


@dataclass(frozen=True)
class Aside:
    """A folder beside the models in which a new one grows: it holds a `models` package of its own,
    so that a process can be told to import the model from here.
    """

    root: Path
    name: str

    @property
    def model(self) -> Path:
        """The folder that becomes `models/<name>`."""
        return self.root / MODELS / self.name

    def write(self, files: Mapping[str, bytes | str]) -> None:
        """Write files into the model's folder."""
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (self.model / name).write_bytes(data)


@contextmanager
def aside(checkout: Path, name: str) -> Iterator[Aside]:
    """An empty folder aside, gone afterwards; leftovers of killed runs go with it."""
    models = checkout / MODELS
    sweep(models)
    made = Aside(models / f"{ASIDE}{name}-{secrets.token_hex(6)}", name)
    made.model.mkdir(parents=True)
    for package in (made.model.parent, made.model):
        (package / "__init__.py").touch()
    try:
        yield made
    finally:
        shutil.rmtree(made.root, ignore_errors=True)


def try_out(made: Aside, source: DataSource) -> FirstFit:
    """Ingest the rows and train on them, aside. Raises FirstFitFailed with the child's last words,
    or what ingest raises.
    """
    data = made.root / "data"
    ingest(source, data)
    command = [sys.executable, "-m", "mooring.scaffold.first_fit", made.name]
    path = os.pathsep.join([str(made.root), *(entry for entry in sys.path if entry)])
    done = subprocess.run(
        [*command, str(data), str(made.root / "bundles")],
        env={
            **os.environ,
            "PYTHONPATH": path,
            "PYTHONSAFEPATH": "1",
            "MOORING_ROOT": str(made.root),
        },
        capture_output=True,
        text=True,
        timeout=FIT_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise _failed(done.stderr)
    return FirstFit.model_validate_json(done.stdout.splitlines()[-1])


def publish(made: Aside, checkout: Path) -> Path:
    """Rename the folder into place and add the model to `//models:all`.

    Raises NameRefused when somebody else was first.
    """
    build = checkout / MODELS / "BUILD"
    told = registered(build.read_text(), made.name) if build.exists() else None
    for cache in made.model.rglob("__pycache__"):
        shutil.rmtree(cache, ignore_errors=True)
    target = checkout / MODELS / made.name
    try:
        os.rename(made.model, target)
    except OSError:
        problem = "the name was taken meanwhile"
        raise NameRefused(problem, place=str(target), cure="Choose another.") from None
    if told is not None and told != build.read_text():
        write_file(build, told.encode())
    return target


def _failed(words: str) -> MooringError:
    lines = [line for line in words.splitlines() if line.strip()]
    said = "\n".join(lines[-_LINES_SHOWN:])
    return FirstFitFailed(
        "the model was written aside and does not train; nothing was kept",
        place="first fit",
        cure=f"Its last words:\n{said}",
    )
