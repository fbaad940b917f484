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
from mooring.delivery.plan.target import Target

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
        return graph_of(json.loads(self._ask("peek", "::")), read_settings(self.root))

    def selection(self, since: str) -> frozenset[str]:
        """The addresses that Pants selects for the changes since a commit, dependents included."""
        changed = (f"--changed-since={since}", "--changed-dependents=transitive")
        return frozenset(self._ask(*changed, "list").split("\n")) - {""}

    def listing(self, *types: str) -> Graph:
        """The targets of some types, without their dependencies, which a broken import breaks."""
        targets = {}
        for type_ in types:
            for address in self._ask(f"--filter-target-type={type_}", "list", "::").split("\n"):
                if address:
                    folder = address.removeprefix("//").partition(":")[0]
                    targets[address] = Target(address, type_, folder)
        return Graph(targets)

    def _ask(self, *arguments: str) -> str:
        tags = ("--tag=[]",) if self.slow else ()
        command = [*self.command, "--no-dynamic-ui", "--no-colors", *tags, *arguments]
        try:
            done = subprocess.run(
                command,
                cwd=self.root,
                env={**os.environ, **_git_settings()},
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


def _git_settings() -> dict[str, str]:
    """Settings for the git that Pants starts, as git takes them from the environment."""
    told = {"GIT_CONFIG_COUNT": str(len(_GIT_SETTINGS))}
    for number, (key, value) in enumerate(_GIT_SETTINGS.items()):
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
