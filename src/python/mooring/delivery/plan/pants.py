"""Pants as a process: its graph, its selection, its list."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mooring.delivery.plan.errors import PantsFailed
from mooring.delivery.plan.graph import Graph
from mooring.delivery.plan.peek import graph_of
from mooring.delivery.plan.settings import read_settings
from mooring.delivery.plan.target import PACKAGES, Target

# Lines of a refusal that are shown: a traceback of Pants' is long and its cause stands at the end.
_LINES_SHOWN = 25

# With a rename detected, git names only the new file; quoted, a name is one that Pants cannot find.
_GIT_SETTINGS = {"diff.renames": "false", "core.quotePath": "false"}


@dataclass(frozen=True)
class Pants:
    """The Pants of a checkout; with `slow` it sees the targets that `pants.toml` leaves out."""

    root: Path
    slow: bool = False
    command: Sequence[str] = ("./pants",)

    def graph(self) -> Graph:
        """Every target and what it depends on. Raises PantsFailed."""
        return self._parsed(self._ask("peek", "::"))

    def selection(self, since: str) -> frozenset[str]:
        """The addresses that Pants selects for the changes since a commit, dependents included."""
        changed = (f"--changed-since={since}", "--changed-dependents=transitive")
        return frozenset(self._ask(*changed, "list").splitlines())

    def everything(self) -> Graph:
        """Every test and package, without what they depend on, which a broken import breaks."""
        tests = self._ask("--filter-target-type=python_test", "list", "::").splitlines()
        packages = self._ask(f"--filter-address-regex=:({'|'.join(PACKAGES)})$", "peek", "::")
        found = {test: Target(test, "python_test", "") for test in tests}
        return Graph({**found, **self._parsed(packages).targets})

    def _parsed(self, answer: str) -> Graph:
        try:
            return graph_of(json.loads(answer), read_settings(self.root))
        except json.JSONDecodeError as error:
            raise PantsFailed(
                f"its answer is no JSON: {error}", place="./pants peek", cure="Run it by hand."
            ) from None

    def _ask(self, *arguments: str) -> str:
        command = [*self.command, "--no-dynamic-ui", "--no-colors", *self._tags(), *arguments]
        try:
            done = subprocess.run(
                command,
                cwd=self.root,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                check=False,
            )
        except OSError as error:
            raise PantsFailed(
                f"it cannot be started: {error.strerror}",
                place=command[0],
                cure="The plan asks Pants what depends on what; mend the script.",
            ) from None
        if done.returncode != 0:
            raise _refused(command, done)
        return done.stdout

    def _tags(self) -> list[str]:
        """The tags of `pants.toml` without the one that leaves slow tests out."""
        if not self.slow:
            return []
        return [f"--tag={[tag for tag in read_settings(self.root).tags if tag != '-slow']}"]


def _environment() -> dict[str, str]:
    """This process's, without what makes its Python ours, and with settings for Pants' git."""
    told = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    known = int(told.get("GIT_CONFIG_COUNT", "0"))
    told["GIT_CONFIG_COUNT"] = str(known + len(_GIT_SETTINGS))
    for number, (key, value) in enumerate(_GIT_SETTINGS.items(), start=known):
        told |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return told


def _refused(command: Sequence[str], done: subprocess.CompletedProcess[str]) -> PantsFailed:
    said = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
    words = "\n".join(said[-_LINES_SHOWN:])
    return PantsFailed(
        f"it ended with status {done.returncode}",
        place=" ".join(command),
        cure=f"Mend what it says and run it again:\n{words}",
    )
