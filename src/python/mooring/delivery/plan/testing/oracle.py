"""Is what the plan selects all that a change needs, and not much more? Pants itself is asked.

From a warm cache everything is run after an edit. What Pants ran again, or built with another
content, was needed: its input or its result is not what it was. The plan is asked for as
continuous integration asks: as a command, in the edited checkout.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from mooring.delivery.plan.testing.edits import EVERYTHING, WEIGHTS
from mooring.delivery.plan.testing.repository import (
    PANTS_SECONDS,
    Built,
    Repository,
    make_repository,
)
from mooring.delivery.plan.testing.site import Edit, Site

# More than this and the plan saves too little; less, on a small repository, is luck.
LARGEST_MEDIAN = 1.5


@dataclass(frozen=True)
class Drawn:
    """An edit that was made: where, and whether git was told."""

    number: int
    kind: str
    what: str
    state: str


@dataclass(frozen=True)
class Planned:
    """What the command said: the targets it selected, or why it refused."""

    selected: frozenset[str] = frozenset()
    everything: bool = False
    refused: str = ""


@dataclass(frozen=True)
class Trial:
    """One edit: what the plan selected for it, and what it needed."""

    drawn: Drawn
    everything: bool
    refused: str
    selected: frozenset[str]
    needed: frozenset[str]
    by_pants: frozenset[str]

    @property
    def missed_by_pants(self) -> frozenset[str]:
        """What would be missed without the rules, by Pants' own selection."""
        return self.needed - self.by_pants

    @property
    def missed(self) -> frozenset[str]:
        return self.needed - self.selected

    @property
    def ratio(self) -> float | None:
        return len(self.selected) / len(self.needed) if self.needed else None

    def line(self) -> str:
        """For a log."""
        drawn, missed = self.drawn, sorted(self.missed)
        counts = f"needed {len(self.needed)} selected {len(self.selected)} missed {missed}"
        return f"{drawn.number} {drawn.kind} ({drawn.state}) {drawn.what}: {counts}"

    def faults(self) -> Iterator[str]:
        """What is wrong with the plan, if anything."""
        if self.missed:
            yield f"missed {sorted(self.missed)}"
        if self.everything and self.drawn.kind not in EVERYTHING:
            yield "selected everything, and no global file changed"
        if not (self.everything or self.refused) and self.drawn.kind in EVERYTHING:
            yield "did not select everything"


@dataclass(frozen=True)
class Oracle:
    """A repository whose caches are warm, and what was built there before any edit."""

    repository: Repository
    base: str
    before: Built

    def trials(self, seed: int, count: int, kinds: Sequence[Edit]) -> Iterator[Trial]:
        """Each kind of edit once, the others drawn by weight; all start from the same commit."""
        random = Random(seed)
        weights = [WEIGHTS[kind] for kind in kinds]
        drawn = [*kinds, *random.choices(kinds, weights, k=max(count - len(kinds), 0))]
        random.shuffle(drawn)
        for number, edit in enumerate(drawn):
            yield self.trial(edit, Random(f"{seed} {number}"), number)

    def trial(self, edit: Edit, random: Random, number: int) -> Trial:
        """Make an edit, plan for it, run everything, and put everything back."""
        what = edit(Site(self.repository, random, number))
        state = self._hand_over(random)
        try:
            planned, by_pants = self._plan(), self._by_pants()
            after = self.repository.build()
        finally:
            self.repository.restore(self.base)
        return Trial(
            Drawn(number, edit.__name__, what, state),
            everything=planned.everything,
            refused=planned.refused,
            selected=planned.selected,
            needed=self._needed(after, refused=bool(planned.refused)),
            by_pants=by_pants,
        )

    def _hand_over(self, random: Random) -> str:
        """An edit may be committed, staged, or neither: then new files are untracked."""
        state = random.choice(("committed", "staged", "not added"))
        if state != "not added":
            self.repository.git("add", "--all")
        if state == "committed":
            self.repository.commit("Edit")
        return state

    def _plan(self) -> Planned:
        done = subprocess.run(
            [sys.executable, "-m", "mooring.delivery.plan", "--since", self.base, "--json"],
            cwd=self.repository.root,
            env={**self.repository.environment(), "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            timeout=PANTS_SECONDS,
        )
        if done.returncode:
            return Planned(refused=done.stderr or "no reason given")
        found = json.loads(done.stdout)
        selected = frozenset(each["target"] for each in (*found["tests"], *found["images"]))
        return Planned(selected, everything=found["everything"] is not None)

    def _by_pants(self) -> frozenset[str]:
        changed = (f"--changed-since={self.base}", "--changed-dependents=transitive")
        return frozenset(self.repository.pants(*changed, "list").stdout.splitlines())

    def _needed(self, after: Built, *, refused: bool) -> frozenset[str]:
        """What ran or differs. Where Pants and the plan both refuse, the change is refused."""
        if after.refused:
            return frozenset() if refused else frozenset(self.before.ran | set(self.before.images))
        images = after.images.items()
        return after.ran | {
            name for name, digest in images if self.before.images.get(name) != digest
        }


def median_ratio(trials: Sequence[Trial]) -> float:
    """Of selected to needed, over the edits that need anything."""
    return statistics.median(trial.ratio for trial in trials if trial.ratio is not None)


@contextmanager
def opened(folder: Path) -> Iterator[Oracle]:
    """A fresh repository below `folder` with warm caches; its daemon ends with the context."""
    # Of the build root, where Pants runs a test: the layout has layers like ours.
    repository = make_repository(folder, Path("build-support/macros.py").read_text())
    try:
        before = repository.build()
        if before.refused:
            raise AssertionError(f"the repository does not build:\n{before.refused}")
        yield Oracle(repository, repository.git("rev-parse", "HEAD"), before)
    finally:
        repository.stop()


def table(trials: Sequence[Trial]) -> Iterator[str]:
    """Rows of a Markdown table, one for each kind of edit."""
    titles = ("Edit", "Drawn", "Needed", "Selected", "Everything", "Refused")
    yield f"| {' | '.join(titles)} | Missed by Pants alone | Missed |"
    yield "|---|---|---|---|---|---|---|---|"
    kinds = {trial.drawn.kind for trial in trials}
    for kind in sorted(kinds):
        yield _row(kind, [trial for trial in trials if trial.drawn.kind == kind])
    yield _row("**all**", trials)


def _row(title: str, trials: Sequence[Trial]) -> str:
    counts = (
        len(trials),
        sum(len(trial.needed) for trial in trials),
        sum(len(trial.selected) for trial in trials),
        sum(trial.everything for trial in trials),
        sum(bool(trial.refused) for trial in trials),
        sum(len(trial.missed_by_pants) for trial in trials),
        sum(len(trial.missed) for trial in trials),
    )
    return f"| {title.replace('_', ' ')} | {' | '.join(map(str, counts))} |"
