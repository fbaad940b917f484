"""`mooring reproduce`: train a released bundle again from the code and data it names, and compare.

Nothing of the workspace changes: the code of that time trains into a scratch home.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mooring.bundle.fingerprint import fingerprint
from mooring.bundle.manifest import MANIFEST, Manifest
from mooring.bundle.open import Bundle
from mooring.bundle.release import Release, read_release
from mooring.card.facts import provenance_of
from mooring.cli.carding import find_bundle
from mooring.cli.console import Output
from mooring.cli.errors import NotReproducible
from mooring.cli.old_code import Code, code_of
from mooring.cli.registry import Model
from mooring.cli.released import entries_of
from mooring.cli.workspace import Workspace
from mooring.data.dataset import DESCRIPTION
from mooring.data.ingest import table_of

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was; `about` is data, code, libraries, declaration or files."""

    about: str
    what: str
    was: str
    now: str


@dataclass(frozen=True)
class Reproduced:
    """The bundle, what training again gave, with which code and data, and what is unlike."""

    bundle: str
    again: str
    code: str
    data: str
    differences: tuple[Difference, ...]

    @property
    def same(self) -> bool:
        """Whether the two are one bundle."""
        return self.bundle == self.again


def reproduce_model(
    model: Model,
    space: Workspace,
    *,
    bundle: str | None = None,
    version: int | None = None,
    progress: Progress = lambda step: None,
) -> Reproduced:
    """Train the champion, or the bundle of a version or id, again.

    Raises CodeNotFound, and NotReproducible when its code or data do not work here any more.
    """
    release = read_release(space.release(model.name), model=model.name).release
    wanted = bundle if version is None else _of_version(release, version)
    opened, _ = find_bundle(model, space, release, wanted)
    made = opened.manifest
    for name, was, now in _unlike(made.fingerprint, fingerprint()):
        progress(f"{name} was {was or 'absent'}, here is {now or 'none'}")
    progress(f"look for the code {made.code[:16]}")
    with (
        code_of(space.root, model.name, made.code, opened.path / MANIFEST) as code,
        tempfile.TemporaryDirectory(prefix="mooring-") as scratch,
    ):
        return _train_again(model.name, space, opened, code, Path(scratch), progress)


def differences(was: Manifest, now: Manifest) -> tuple[Difference, ...]:
    """What makes two bundles two, causes before effects."""
    before, after = was.model_dump(mode="json"), now.model_dump(mode="json")
    groups = {
        "data": (before["dataset"], after["dataset"]),
        "code": ({"sha256": was.code}, {"sha256": now.code}),
        "libraries": (was.fingerprint, now.fingerprint),
        "declaration": tuple(
            {name: each[name] for name in ("model", "contract", "runtime", "tolerance", "seed")}
            for each in (before, after)
        ),
        "files": tuple(
            {name: entry["sha256"] for name, entry in each["files"].items()}
            for each in (before, after)
        ),
    }
    return tuple(
        Difference(about, name, str(old), str(new))
        for about, (left, right) in groups.items()
        for name, old, new in _unlike(left, right)
    )


def show_reproduced(out: Output, done: Reproduced) -> None:
    """Say it in words, or as one document."""
    if out.as_json:
        out.json({"same": done.same, **asdict(done)})
        return
    rows = [[d.about, d.what, d.was, d.now] for d in done.differences]
    if rows:
        out.rows("What differs", ["about", "what", "was", "is now"], rows)
    verdict = "the same bundle, bit for bit" if done.same else "another bundle"
    told = {"code": done.code, "data": done.data, "was": done.bundle, "again": done.again}
    out.result({"answer": verdict, **told})


def _train_again(
    name: str, space: Workspace, opened: Bundle, code: Code, scratch: Path, progress: Progress
) -> Reproduced:
    told = provenance_of(opened)
    table = table_of(space.data, name)
    version = _version_with(table, told.get("dataset_sha256", ""))
    # Of a retrain: its rows come from no source, and its days are those of its rows.
    from_log = told.get("dataset_from_log") == "true"
    chosen = ["--newest-days"] if from_log else []
    if version is None and from_log:
        raise _lost(table)
    if version is None:
        progress("ingest the data again")
        _run(code, scratch, "ingest", name)
        data = "ingested again"
    else:
        (scratch / "data").symlink_to(space.data.absolute(), target_is_directory=True)
        chosen += ["--dataset-version", str(version)]
        data = f"dataset version {version} of {space.data}"
    progress("train again")
    again = Path(_run(code, scratch, "train", name, *chosen)["path"])
    now = Manifest.from_json((again / MANIFEST).read_bytes(), place=str(again))
    source = f"commit {code.commit}" if code.commit else "as it is here"
    found = differences(opened.manifest, now)
    return Reproduced(opened.id, now.id, source, data, found)


def _run(code: Code, home: Path, *arguments: str) -> dict[str, Any]:
    """Run a verb of that code's own command in the scratch home, and read its answer."""
    options = ["--workspace", str(home / "checkout"), "--home", str(home)]
    command = [sys.executable, "-m", "mooring.cli", *options, *arguments, "--json"]
    done = subprocess.run(
        command, cwd=home, env=code.environ(), capture_output=True, text=True, check=False
    )
    try:
        told = json.loads(done.stdout)
    except ValueError:
        told = {}
    if done.returncode != 0 or not isinstance(told, dict) or "error" in told:
        raise NotReproducible(
            f"`{arguments[0]}` with {code.commit or 'the present code'} failed: "
            f"{_reason(told, done.stderr)}",
            place=arguments[1],
            cure="Its libraries or its raw data may be gone; see the versions in its manifest.",
        )
    return told


def _reason(told: Any, stderr: str) -> str:
    if isinstance(told, dict) and "error" in told:
        return str(told["error"].get("problem", "no reason given"))
    return (stderr.strip().splitlines() or ["no reason given"])[-1][:300]


def _lost(table: Path) -> NotReproducible:
    return NotReproducible(
        "it learned from logged predictions, whose rows are in no version of the dataset here",
        place=str(table),
        cure="Run with the home that it was retrained in, or bring that home's data folder.",
    )


def _version_with(table: Path, sha256: str) -> int | None:
    """The newest version that was written as the dataset of this digest, from Delta's own log."""
    for commit in sorted((table / "_delta_log").glob("*.json"), reverse=True):
        for line in commit.read_text().splitlines():
            described = json.loads(line).get("commitInfo", {}).get(DESCRIPTION)
            if sha256 and described and json.loads(described).get("sha256") == sha256:
                return int(commit.stem)
    return None


def _of_version(release: Release, version: int) -> str:
    found = [r.bundle for r in entries_of(release) if r.version == version]
    if not found:
        known = ", ".join(str(r.version) for r in entries_of(release)) or "none"
        raise NotReproducible(
            f"there is no version {version} in the release",
            place=f"release of {release.model}",
            cure=f"Known versions: {known}. `mooring history` knows older ones: use --bundle.",
        )
    return found[0]


def _unlike(was: dict[str, Any], now: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    names = [*was, *(name for name in now if name not in was)]
    return [
        (name, was.get(name, ""), now.get(name, ""))
        for name in names
        if was.get(name) != now.get(name)
    ]
