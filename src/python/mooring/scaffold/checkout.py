"""The checkout that a model is written into: found, and told of the new folder."""

from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Iterator, Mapping
from getpass import getuser
from pathlib import Path

from mooring.scaffold.errors import NoWorkspace
from mooring.scaffold.source import laid_out, listed, text

MODELS = "models"


def find_checkout(environ: Mapping[str, str] = os.environ, start: Path | None = None) -> Path:
    """`$MOORING_ROOT`, else the nearest folder upwards with `pants.toml` and `models/`.

    Raises NoWorkspace when there is none.
    """
    if named := environ.get("MOORING_ROOT"):
        return _with_models(Path(named).absolute())
    here = (start or Path.cwd()).absolute()
    for folder in (here, *here.parents):
        if (folder / "pants.toml").is_file() and (folder / MODELS).is_dir():
            return folder
    raise NoWorkspace(
        "no checkout of Mooring is here",
        place=str(here),
        cure="Start Jupyter in one, or set MOORING_ROOT; `./mooring kernel` does so for good.",
    )


def _with_models(root: Path) -> Path:
    if not (root / MODELS).is_dir():
        raise NoWorkspace("it has no folder models/", place=str(root), cure="Check MOORING_ROOT.")
    return root


def home_of(root: Path, environ: Mapping[str, str] = os.environ) -> Path:
    """Where everything that is made lies, as the command has it."""
    return Path(environ.get("MOORING_HOME") or root / ".mooring").absolute()


def taken_names(root: Path) -> set[str]:
    """What lies below `models/` already, folders and modules."""
    return {entry.name.removesuffix(".py") for entry in (root / MODELS).iterdir()}


def owner_of(root: Path) -> str:
    """Who is at work here, as git knows them, else as the machine does."""
    try:
        said = subprocess.run(
            ["git", "config", "user.email"], cwd=root, capture_output=True, text=True, check=False
        ).stdout.strip()
    except OSError:
        said = ""
    return said or f"{getuser()}@localhost"


def registered(build: str, name: str, place: str = "models/BUILD") -> str:
    """The text of `models/BUILD` with the model among the dependencies of `//models:all`.

    Only that list is touched; it is sorted, and a model that is in it already changes nothing.
    Raises NoWorkspace when the target is not there in the form that is known.

    >>> print(registered('target(name="all", dependencies=["models/b"])', "a"), end="")
    target(name="all", dependencies=["models/a", "models/b"])
    """
    found = _dependencies(build)
    if found is None:
        raise NoWorkspace(
            'it has no target(name="all", dependencies=[…])',
            place=place,
            cure=f'Restore that target; its list wants "{MODELS}/{name}".',
        )
    target, written = found
    wanted = sorted({*written, f"{MODELS}/{name}"})
    if wanted == written:
        return build
    lines = build.splitlines(keepends=True)
    before, after = lines[: target.lineno - 1], lines[target.end_lineno or target.lineno :]
    call = listed(
        ['name="all"', laid_out(listed(map(text, wanted)), 1, "dependencies=", "")],
        "target(", ")",
    )  # fmt: skip
    return "".join([*before, laid_out(call), "\n", *after])


def _dependencies(build: str) -> tuple[ast.Call, list[str]] | None:
    for call in _calls(build):
        named = {keyword.arg: keyword.value for keyword in call.keywords}
        try:
            if ast.literal_eval(named["name"]) == "all" and set(named) == {"name", "dependencies"}:
                return call, [str(each) for each in ast.literal_eval(named["dependencies"])]
        except (KeyError, ValueError):
            continue
    return None


def _calls(build: str) -> Iterator[ast.Call]:
    try:
        body = ast.parse(build).body
    except SyntaxError:
        return
    for statement in body:
        call = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "target":
            yield call
