"""What a Bento of a small model is made of: our own serving code, a service of two lines, and a
bundle that was trained on the spot.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from mooring.bundle.testing.recipe import Recipe as BundleRecipe
from mooring.delivery.bento.recipe import Recipe
from mooring.delivery.bundles.ship import ship_champion
from mooring.delivery.bundles.testing.released import release_bundle
from mooring.serving import service as serving

MODEL = "ferry_delay"

SERVICE = f"""
from {serving.__name__} import {serving.model_service.__name__}
FerryDelay = model_service("{MODEL}")
"""

LOCK = """# Made by hand.
onnxruntime==1.0.0; python_full_version >= "3.11" \\
    --hash=sha256:00 \\
    --hash=sha256:01
    # via nobody
"""

_TEST = re.compile(r"_test\.py$|^conftest\.py$")


def ingredients_in(folder: Path, trained: BundleRecipe) -> Recipe:
    """Lay the ingredients out in the folder, as Pants does."""
    sources = folder / "service.pex"
    _write_sources(sources)
    bundle = trained.write(folder / MODEL / "bundles")
    ship_champion(release_bundle(folder / MODEL, bundle), folder / "champion", folder / "cache")
    (folder / "service.lock").write_text(LOCK)
    return Recipe(sources, folder / "champion", folder / "service.lock")


def tree_digest(folder: Path) -> str:
    """A digest of all that a folder is: names, modes, times and contents, of folders too."""
    digest = hashlib.sha256()
    for path in [folder, *sorted(folder.rglob("*"))]:
        told = path.lstat()
        digest.update(f"{path.relative_to(folder)} {told.st_mode:o} {told.st_mtime_ns}\\n".encode())
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


def _write_sources(sources: Path) -> None:
    """As Pants' loose PEX has them: with its launcher, and without empty `__init__.py`."""
    ours = Path(serving.__file__).parents[2]
    for package in ("bundle", "contract", "drift", "serving", "telemetry"):
        for module in (ours / "mooring" / package).glob("*.py"):
            if module.stat().st_size and not _TEST.search(module.name):
                _write(sources / module.relative_to(ours), module.read_text())
    _write(sources / "mooring/__init__.py", (ours / "mooring/__init__.py").read_text())
    _write(sources / "models" / MODEL / "service.py", SERVICE)
    _write(sources / "__main__.py", "raise SystemExit('the launcher')")
    _write(sources / "PEX-INFO", "{}")


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
