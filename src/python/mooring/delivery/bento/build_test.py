from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from mooring.bundle.champion import read_champion
from mooring.delivery.bento import __main__ as command
from mooring.delivery.bento.build import build_bento
from mooring.delivery.bento.errors import BuilderFailed, IngredientMissing, PlaceTaken
from mooring.delivery.bento.recipe import Recipe
from mooring.delivery.bento.testing.ingredients import LOCK, MODEL, tree_digest

# Two machines as unlike as one can play them: folder, zone, locale, umask, order of sets, home.
HERE = {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1", "LANG": "C", "HOME": "/nonexistent"}
THERE = {"TZ": "America/Anchorage", "PYTHONHASHSEED": "271828", "USER": "somebody"}


def build_as_process(
    recipe: Recipe, into: Path, umask: int, environ: dict[str, str], *before: str
) -> subprocess.CompletedProcess[str]:
    inherited = {n: v for n, v in os.environ.items() if n not in ("HOME", "LANG", "TZ")}
    own = {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "PYTHONSAFEPATH": "1"}
    options = [f"--{name}={path}" for name, path in vars(recipe).items()]
    return subprocess.run(
        [*before, sys.executable, command.__file__, "build", *options, f"--into={into}"],
        env={**inherited, **own, **environ},
        umask=umask,
        cwd=into.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_same_ingredients_are_the_same_bytes_anywhere(laid_out: Recipe, tmp_path: Path) -> None:
    here, there = tmp_path / "here" / "bento", tmp_path / "somewhere" / "else" / "b"
    for into, umask, environ in ((here, 0o022, HERE), (there, 0o077, THERE)):
        into.parent.mkdir(parents=True)
        done = build_as_process(laid_out, into, umask, environ)
        assert (done.returncode, done.stderr) == (0, "")
        assert re.fullmatch(rf"{MODEL}:[0-9a-f]{{16}}\n", done.stdout)
    assert tree_digest(here) == tree_digest(there)


def test_no_network_is_wanted(laid_out: Recipe, tmp_path: Path) -> None:
    """In a network namespace of its own, where not even loopback is up."""
    alone = ["unshare", "--net"] + (["--map-root-user"] if os.geteuid() else [])
    if shutil.which("unshare") is None or subprocess.run([*alone, "true"], check=False).returncode:
        pytest.skip("this machine lets nobody leave its network: unshare --net")
    done = build_as_process(laid_out, tmp_path / "bento", 0o022, {}, *alone)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_bento_holds_what_it_was_made_of_and_nothing_else(laid_out: Recipe, built: Path) -> None:
    ours = {
        "__init__.py" if p.name == "__init__.py" else p.name for p in laid_out.sources.iterdir()
    }
    assert ours == {"mooring", "models", "__main__.py", "PEX-INFO"}
    assert {p.name for p in (built / "src").iterdir()} == {
        "mooring", "models", "champion", "bentofile.yaml"
    }  # fmt: skip
    held = modules_in(built / "src")
    assert {path for path in held if held[path]} == set(modules_in(laid_out.sources))
    assert {path.name for path in held if not held[path]} == {"__init__.py"}
    champion = [p.relative_to(laid_out.champion) for p in laid_out.champion.rglob("*")]
    assert champion
    for path in champion:
        original, copy = laid_out.champion / path, built / "src" / "champion" / path
        assert original.is_dir() or copy.read_bytes() == original.read_bytes()


def modules_in(folder: Path) -> dict[Path, bytes]:
    packages = (folder / "mooring", folder / "models")
    found = [path for package in packages for path in package.rglob("*") if path.is_file()]
    return {path.relative_to(folder): path.read_bytes() for path in found}


def test_every_folder_of_modules_is_a_package(built: Path) -> None:
    """Or one of the same name further down the path of imports would win."""
    for package in ("mooring", "models"):
        folders = [p for p in (built / "src" / package).rglob("*") if p.is_dir()]
        assert all((folder / "__init__.py").is_file() for folder in folders)


def test_nothing_tells_when_or_where_it_was_built(
    laid_out: Recipe, built: Path, tmp_path: Path
) -> None:
    shipped = read_champion(laid_out.champion)
    assert shipped is not None
    told = yaml.safe_load((built / "bento.yaml").read_text())
    assert told["creation_time"] == shipped.champion.promoted_at
    words = {str(tmp_path.parent), str(laid_out.sources), str(Path.home()), os.uname().nodename}
    for path in built.rglob("*"):
        assert path.lstat().st_mtime == 315_532_800
        if path.is_file():
            assert path.stat().st_mode & 0o777 == (0o755 if path.suffix == ".sh" else 0o644)
            assert not [word for word in words if word.encode() in path.read_bytes()], path


def test_the_lock_is_the_requirements_to_the_letter(built: Path) -> None:
    told = yaml.safe_load((built / "bento.yaml").read_text())
    assert told["image"]["python_requirements"] == LOCK
    assert (built / "env/python/requirements.txt").read_text() == LOCK
    assert [p.name for p in (built / "env/python").iterdir()] == ["requirements.txt"]


def change(file: str) -> Callable[[Recipe], object]:
    def append(recipe: Recipe) -> None:
        path = recipe.lock.parent / file
        with path.open("a") as opened:
            opened.write("\n")

    return append


def add_launcher(recipe: Recipe) -> None:
    (recipe.sources / "__pex__").mkdir()
    (recipe.sources / "__pex__" / "__init__.py").write_text("# another version of pex")


CHAMPION = "champion/champion.json"


@pytest.mark.parametrize(
    ("edit", "same"),
    [
        pytest.param(change("lock"), False, id="of the lock"),
        pytest.param(change(CHAMPION), False, id="of the release"),
        pytest.param(change(f"sources/models/{MODEL}/service.py"), False, id="of the service"),
        pytest.param(change("sources/mooring/serving/app.py"), False, id="of our code"),
        pytest.param(add_launcher, True, id="no change: of the launcher"),
    ],
)
def test_the_version_follows_a_change(
    ingredients: Recipe, built: Path, tmp_path: Path, edit: Callable[[Recipe], object], same: bool
) -> None:
    edit(ingredients)
    tag = build_bento(ingredients, tmp_path / "changed")
    version = yaml.safe_load((built / "bento.yaml").read_text())["version"]
    assert (tag == f"{MODEL}:{version}") == same


def remove(file: str) -> Callable[[Recipe], object]:
    def removed(recipe: Recipe) -> None:
        path = recipe.lock.parent / file
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return removed


def remove_runtime(recipe: Recipe) -> None:
    recipe.lock.write_text("numpy==2.0.0\n")


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        pytest.param(remove("champion"), "champion: there is no champion", id="champion"),
        pytest.param(remove_runtime, "by onnx, and this lock has no onnxruntime", id="runtime"),
        pytest.param(remove("lock"), "lock: there is no such lock", id="lock"),
        pytest.param(remove(f"sources/models/{MODEL}"), "no models/ferry_delay", id="service"),
    ],
)
def test_a_missing_ingredient_is_named(
    ingredients: Recipe, tmp_path: Path, edit: Callable[[Recipe], object], said: str
) -> None:
    edit(ingredients)
    with pytest.raises(IngredientMissing, match=said):
        build_bento(ingredients, tmp_path / "bento")
    assert not (tmp_path / "bento").exists()


def test_a_service_that_cannot_be_imported_is_told_in_bentomls_words(
    ingredients: Recipe, tmp_path: Path
) -> None:
    (ingredients.sources / "mooring/serving/app.py").write_text("import nowhere_to_be_found")
    with pytest.raises(BuilderFailed, match="No module named 'nowhere_to_be_found'") as failed:
        build_bento(ingredients, tmp_path / "bento")
    assert str(tmp_path) not in str(failed.value)
    assert not (tmp_path / "bento").exists()


def test_nothing_is_replaced(ingredients: Recipe, tmp_path: Path) -> None:
    (tmp_path / "bento").mkdir()
    with pytest.raises(PlaceTaken):
        build_bento(ingredients, tmp_path / "bento")
