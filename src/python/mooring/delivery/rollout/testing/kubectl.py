"""A program called kubectl, with a cluster of a few deployments behind it in one JSON file.

It answers as the real one does to the five commands that a rollout gives, writes down what it was
given, and can be told which images never come up and which commands are refused.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_STATE = "KUBECTL_STATE"


@dataclass(frozen=True)
class FakeCluster:
    """Where the program and its state are; `path` is to be first on PATH."""

    path: Path
    state: Path

    @property
    def environ(self) -> dict[str, str]:
        """What a process needs to find this kubectl before any other."""
        return {"PATH": f"{self.path}{os.pathsep}{os.environ['PATH']}", _STATE: str(self.state)}

    def images(self) -> dict[str, str]:
        """What each deployment is told to run."""
        deployments = _read(self.state)["deployments"]
        return {name: held["history"][-1]["image"] for name, held in deployments.items()}

    def calls(self) -> list[str]:
        """The commands that were given, without the namespace, `get` left out."""
        calls: list[str] = _read(self.state)["calls"]
        return [call for call in calls if not call.startswith("get ")]

    def break_images(self, *images: str) -> None:
        """Pods of these images never become ready."""
        self._change(broken=list(images))

    def refuse(self, *beginnings: str) -> None:
        """Commands that begin so are refused."""
        self._change(refused=list(beginnings))

    def _change(self, **facts: Any) -> None:
        _write(self.state, {**_read(self.state), **facts})


def fake_cluster(folder: Path, images: Mapping[str, str]) -> FakeCluster:
    """A cluster below `folder` that runs these images, by deployment."""
    program = folder / "bin" / "kubectl"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I "{__file__}" "$@"\n')
    program.chmod(0o755)
    deployments = {
        # The third version of its template, as if it had been rolled out before.
        name: {"history": [{"revision": 3, "image": image}]}
        for name, image in images.items()
    }
    state = folder / "cluster.json"
    _write(state, {"deployments": deployments, "broken": [], "refused": [], "calls": []})
    return FakeCluster(program.parent, state)


def _main(arguments: Iterable[str]) -> int:
    path = Path(os.environ[_STATE])
    state = _read(path)
    words = [word for word in arguments if not word.startswith("--namespace=")]
    state["calls"].append(" ".join(words))
    try:
        if any(state["calls"][-1].startswith(beginning) for beginning in state["refused"]):
            raise _Refused("the server is currently unable to handle the request")
        _do(words, state)
    except _Refused as refused:
        sys.stderr.write(f"error: {refused}\n")
        return 1
    finally:
        _write(path, state)
    return 0


def _do(words: list[str], state: dict[str, Any]) -> None:
    verb = " ".join(words[:2])
    name = words[2].removeprefix("deployment/")
    held = state["deployments"].get(name)
    if verb == "get deployment":
        sys.stdout.write(json.dumps(_document(name, held)) if held else "")
    elif held is None:
        raise _Refused(f'deployments.apps "{name}" not found')
    elif verb == "set image":
        _tell(held, words[3].removeprefix(f"{name}="))
    elif verb == "rollout undo":
        revision = int(words[3].removeprefix("--to-revision="))
        found = [each["image"] for each in held["history"] if each["revision"] == revision]
        if not found:
            raise _Refused(f"unable to find specified revision {revision} in history")
        _tell(held, found[0])
    elif held["history"][-1]["image"] in state["broken"]:
        raise _Refused("timed out waiting for the condition")


def _tell(held: dict[str, Any], image: str) -> None:
    """A new version of the template; an earlier one with the same image takes the new number."""
    last = held["history"][-1]["revision"]
    kept = [each for each in held["history"] if each["image"] != image]
    held["history"] = [*kept, {"revision": last + 1, "image": image}]


def _document(name: str, held: dict[str, Any]) -> dict[str, Any]:
    now = held["history"][-1]
    containers = [{"name": "sidecar", "image": "mesh:1"}, {"name": name, "image": now["image"]}]
    revision = {"deployment.kubernetes.io/revision": str(now["revision"])}
    return {
        "metadata": {"name": name, "annotations": revision},
        "spec": {"template": {"spec": {"containers": containers}}},
    }


class _Refused(Exception):
    pass


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def _write(path: Path, state: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(state), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
