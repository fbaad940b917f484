"""Workflows and composite actions as documents: what stands in them, without running anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

# How one file of this repository names another; a checkout is not needed for it.
OURS = "$/"


@dataclass(frozen=True)
class Step:
    """One step; `where` is `file/job/title`."""

    where: str
    document: Mapping[str, Any]

    @property
    def title(self) -> str:
        return str(self.document.get("name", ""))

    @property
    def run(self) -> str | None:
        return self.document.get("run")

    @property
    def uses(self) -> str:
        return str(self.document.get("uses", ""))

    @property
    def settings(self) -> Mapping[str, Any]:
        return self.document.get("with") or {}


@dataclass(frozen=True)
class Job:
    """One job of a workflow."""

    workflow: str
    name: str
    document: Mapping[str, Any]

    @property
    def where(self) -> str:
        return f"{self.workflow}/{self.name}"

    @property
    def needs(self) -> tuple[str, ...]:
        needs = self.document.get("needs", ())
        return (needs,) if isinstance(needs, str) else tuple(needs)

    @property
    def uses(self) -> str:
        return str(self.document.get("uses", ""))

    @property
    def permissions(self) -> Mapping[str, str]:
        return self.document.get("permissions") or {}

    @property
    def steps(self) -> tuple[Step, ...]:
        return _steps(self.where, self.document.get("steps", ()))


@dataclass(frozen=True)
class Workflow:
    """One file below `.github/workflows`."""

    name: str
    text: str
    document: Mapping[str, Any]

    @property
    def triggers(self) -> Mapping[str, Any]:
        # YAML 1.1 reads `on` as true.
        on: Mapping[Any, Any] = self.document
        return on.get(True) or {}

    @property
    def jobs(self) -> tuple[Job, ...]:
        return tuple(Job(self.name, name, job) for name, job in self.document["jobs"].items())

    def job(self, name: str) -> Job:
        return Job(self.name, name, self.document["jobs"][name])


@dataclass(frozen=True)
class Repository:
    """All workflows and composite actions of one checkout."""

    workflows: Mapping[str, Workflow]
    actions: Mapping[str, tuple[str, Mapping[str, Any]]]

    @property
    def jobs(self) -> Iterator[Job]:
        for workflow in self.workflows.values():
            yield from workflow.jobs

    @property
    def steps(self) -> Iterator[Step]:
        """Of every job and of every composite action."""
        for job in self.jobs:
            yield from job.steps
        for name in self.actions:
            yield from self.action_steps(name)

    @property
    def texts(self) -> Iterator[tuple[str, str]]:
        for workflow in self.workflows.values():
            yield workflow.name, workflow.text
        for name, (content, _) in self.actions.items():
            yield name, content

    def action_steps(self, name: str) -> tuple[Step, ...]:
        return _steps(name, self.actions[name][1]["runs"]["steps"])

    def called(self, uses: str) -> str:
        """The name of the workflow or action that a `$/…` means."""
        return uses.removeprefix(OURS).removeprefix(".github/").rpartition("/")[2]


def read_repository(root: Path) -> Repository:
    """Read `.github` below `root`."""
    workflows = {
        path.name: Workflow(path.name, text, yaml.safe_load(text))
        for path, text in _texts(root, ".github/workflows/*.yml")
    }
    actions = {
        path.parent.name: (text, yaml.safe_load(text))
        for path, text in _texts(root, ".github/actions/*/action.yml")
    }
    return Repository(workflows, actions)


def _texts(root: Path, pattern: str) -> Iterator[tuple[Path, str]]:
    for path in sorted(root.glob(pattern)):
        yield path, path.read_text(encoding="utf-8")


def _steps(where: str, documents: Any) -> tuple[Step, ...]:
    return tuple(
        Step(f"{where}/{step.get('name', number)}", step) for number, step in enumerate(documents)
    )
