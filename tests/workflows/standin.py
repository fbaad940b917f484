"""What stands in for a program that needs GitHub, a registry, a cluster, the network or an hour.

It is run as that program: writes its arguments down, and does what the steps after it build upon.
`STANDIN_LOG` is where it writes; `STANDIN_FAULTS` holds beginnings of command lines that fail.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shlex
import stat
import sys
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path

Arguments = Sequence[str]

# The champion of the model `alpha`, the candidate of every model, and who is not blessed.
CHAMPION, CANDIDATE, REFUSED = "a" * 64, "b" * 64, "gamma"
TESTS = ("src/a_test.py:tests", "src/b_test.py:tests", "src/c_test.py:tests")
IMAGES = ("models/alpha:image", "src/gateway:image")
BENTOS = ("models/alpha:bento",)

# How the plan asks is the plan's own, and none of a workflow's.
_QUERIES = {"list", "peek"}
_REPORT = '<testsuites><testsuite><testcase classname="a" name="b"/></testsuite></testsuites>'


def main(name: str, arguments: Arguments) -> int:
    """Behave as the program `name`."""
    line = shlex.join([name, *arguments])
    if not (name == "./pants" and _QUERIES & set(arguments)):
        with open(os.environ["STANDIN_LOG"], "a", encoding="utf-8") as log:
            log.write(f"{line}\n")
    if any(line.startswith(fault) for fault in json.loads(os.environ["STANDIN_FAULTS"])):
        sys.stderr.write(f"{name}: a fault, as the scenario has it\n")
        return 1
    if name in _PROGRAMS:
        _PROGRAMS[name](arguments)
    return 0


def write_program(path: Path, name: str) -> None:
    """Make `path` a program that is this stand-in under that name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    command = shlex.join([sys.executable, "-I", os.path.abspath(__file__), name])
    path.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def digest_of(target: str) -> str:
    """The digest of the image that this stand-in packages for a target."""
    return "sha256:" + hashlib.sha256(target.encode()).hexdigest()


def _pants(arguments: Arguments) -> None:
    goals = [word for word in arguments if not word.startswith("-")]
    if "test" in goals:
        report = Path("dist/test/reports/a.xml")
        report.parent.mkdir(parents=True, exist_ok=True)
        report.write_text(_REPORT, encoding="utf-8")
    elif goals[0] == "package":
        for target in goals[1:]:
            _package(target)
    elif goals[0] == "list" and "::" in goals:
        sys.stdout.write("".join(f"{target}\n" for target in TESTS))
    elif goals[0] == "peek":
        filtered = any("address-regex" in word for word in arguments)
        packages = (*IMAGES, *BENTOS) if filtered else ()
        sys.stdout.write(json.dumps([_peeked(target) for target in packages]))


def _peeked(target: str) -> dict[str, object]:
    return {"address": target, "target_type": "archive", "dependencies": []}


def _package(target: str) -> None:
    folder, _, name = target.partition(":")
    dist = Path("dist", folder.replace("/", "."))
    if name != "image":
        write_program(dist / f"{name}.pex", name)
        return
    dist.mkdir(parents=True, exist_ok=True)
    title = {"org.opencontainers.image.title": Path(folder).name}
    index = json.dumps({"manifests": [{"digest": digest_of(target), "annotations": title}]})
    with tarfile.open(dist / "image.tar", "w") as tar:
        member = tarfile.TarInfo("index.json")
        member.size = len(index)
        tar.addfile(member, io.BytesIO(index.encode()))


def _mooring(arguments: Arguments) -> None:
    verbs: dict[str, Callable[[Arguments], None]] = {
        "images publish": _publish, "images sbom": _sbom, "bundle diff": _diff,
        "retrain": _retrain, "challenge": _challenge, "card": _card,
    }  # fmt: skip
    for verb, run in verbs.items():
        if " ".join(arguments).startswith(verb):
            run(arguments)


def _publish(arguments: Arguments) -> None:
    registry = arguments[arguments.index("--registry") + 1]
    images = {}
    for archive in (word for word in arguments if word.endswith(".tar")):
        with tarfile.open(archive) as tar:
            content = tar.extractfile("index.json")
            assert content
            (descriptor,) = json.load(content)["manifests"]
        (name,) = descriptor["annotations"].values()
        images[name] = {"repository": f"{registry}/mooring/{name}", "digest": descriptor["digest"]}
    Path("deploy").mkdir(exist_ok=True)
    lock = json.dumps({"format": 1, "images": images})
    Path("deploy/images.lock.json").write_text(lock, encoding="utf-8")


def _sbom(arguments: Arguments) -> None:
    sys.stdout.write('{"bomFormat": "CycloneDX"}\n')


def _retrain(arguments: Arguments) -> None:
    outcome = "not_blessed" if arguments[1] == REFUSED else "blessed"
    sys.stdout.write(json.dumps({"outcome": outcome, "bundle": CANDIDATE}))
    if outcome == "not_blessed":
        sys.exit(3)


def _challenge(arguments: Arguments) -> None:
    path = Path("models", arguments[1], "release.json")
    release = json.loads(path.read_text(encoding="utf-8")) | {"challenger": {"bundle": CANDIDATE}}
    path.write_text(json.dumps(release) + "\n", encoding="utf-8")


def _card(arguments: Arguments) -> None:
    folder = Path(arguments[arguments.index("--out") + 1])
    folder.mkdir(parents=True)
    (folder / "card.md").write_text(f"# {arguments[1]}\n", encoding="utf-8")


def _diff(arguments: Arguments) -> None:
    sys.stdout.write("roc_auc  0.70  0.71\n")


def _date(arguments: Arguments) -> None:
    sys.stdout.write("2026-48\n")


def _curl(arguments: Arguments) -> None:
    """The launcher's installer: it puts a program where it is told to."""
    command = shlex.join([sys.executable, "-I", os.path.abspath(__file__), "install-pants"])
    installer = f'mkdir -p "$2"\nexec {command} "$@"\n'
    Path(arguments[arguments.index("--output") + 1]).write_text(installer, encoding="utf-8")


def _install_pants(arguments: Arguments) -> None:
    write_program(Path(arguments[1], "pants"), "pants")


def _gh(arguments: Arguments) -> None:
    if list(arguments[:2]) == ["run", "list"]:
        sys.stdout.write(os.environ.get("STANDIN_LAST_GOOD", ""))


_PROGRAMS: dict[str, Callable[[Arguments], None]] = {
    "./pants": _pants, "./mooring": _mooring, "pants": _pants, "curl": _curl, "date": _date,
    "gh": _gh, "install-pants": _install_pants,
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
