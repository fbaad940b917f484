"""Runs workflows as GitHub would: which jobs and steps, in which order, with which values.

Every `run` step is executed by bash as it stands. Programs that need GitHub, a registry, a cluster
or the network are stand-ins (standin.py); actions of others are written down, and those that move
files do so. What GitHub itself does beyond that, such as waiting for an approval, is not here.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product
from pathlib import Path
from typing import Any

from tests.repository.toolbox import toolbox
from tests.workflows.expressions import evaluate, interpolate, text, truthy
from tests.workflows.fixture import Origin
from tests.workflows.standin import write_program
from tests.workflows.workflow import OURS, Job, Repository, Step

STANDINS = ("curl", "date", "docker", "gh", "kubectl", "skopeo", "sudo")
# What an Ubuntu runner has, and the scripts use, beyond what the root scripts need.
_TOOLS = ("bash", "git", "tail")
_STATUS = re.compile(r"\b(success|failure|cancelled|always)\(")
_SECONDS = 120

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Event:
    """What starts a workflow, and the world it finds."""

    github: Values
    inputs: Values = field(default_factory=dict)
    variables: Mapping[str, Values] = field(default_factory=dict)  # by environment
    faults: Sequence[str] = ()  # beginnings of command lines that fail


@dataclass(frozen=True)
class Result:
    """The end of a job or of a workflow that was called."""

    result: str
    outputs: Values = field(default_factory=dict)


@dataclass
class _Scope:
    """One job under way, or one composite action in it: where it is and what its steps left."""

    workspace: Path
    contexts: dict[str, Any]
    environ: dict[str, str]
    path: list[str] = field(default_factory=list)
    steps: dict[str, Any] = field(default_factory=dict)
    failed: bool = False


@dataclass
class Simulation:
    """One run in a folder of its own; `transcript` and `executed` are what came of it."""

    repository: Repository
    origin: Origin
    event: Event
    folder: Path
    transcript: list[str] = field(default_factory=list)
    executed: set[str] = field(default_factory=set)
    started: list[tuple[str, dict[str, str]]] = field(default_factory=list)  # `gh workflow run`

    def __post_init__(self) -> None:
        links = {name: Path(shutil.which(name) or "") for name in _TOOLS}
        self._tools = toolbox(self.folder / "tools", links)
        # The interpreter beneath the test's: what runs here has the standard library alone.
        python = Path(sys.executable).resolve()
        (self._tools / "python3").symlink_to(python)
        self._standins = self.folder / "standins"
        for name in STANDINS:
            write_program(self._standins / name, name)
        self._artifacts = self.folder / "artifacts"
        self._count = 0

    # --- Workflows and jobs ---

    def run(self, name: str, inputs: Values | None = None, title: str = "") -> Result:
        """Run a workflow; `inputs` as its caller gives them."""
        workflow = self.repository.workflows[name]
        given = dict(self.event.inputs if inputs is None else inputs)
        results: dict[str, Result] = {}
        for job in _ordered(workflow.jobs):
            results[job.name] = self._run_job(job, results, given, f"{title}{job.name}")
        contexts = {"jobs": {name: {"outputs": r.outputs} for name, r in results.items()}}
        call = workflow.triggers.get("workflow_call") or {}
        declared = {key: out["value"] for key, out in (call.get("outputs") or {}).items()}
        ends = {result.result for result in results.values()}
        result = "failure" if "failure" in ends else "success"
        return Result(result, interpolate(declared, contexts, {}))

    def _run_job(
        self, job: Job, results: Mapping[str, Result], inputs: Values, title: str
    ) -> Result:
        before = [results[name].result for name in _ancestors(job, self.repository)]
        functions = _status(all(r == "success" for r in before), "failure" in before)
        needs = {
            name: {"result": results[name].result, "outputs": results[name].outputs}
            for name in job.needs
        }
        contexts = {"github": self.event.github, "needs": needs, "inputs": inputs, "vars": {}}
        if not _applies(job.document.get("if"), contexts, functions):
            self.transcript.append(f"job {title}: skipped")
            return Result("skipped")
        ends = [
            self._run_one(job, {**contexts, "matrix": matrix}, _numbered(title, matrix))
            for matrix in _matrices(job, contexts)
        ]
        failed = any(end.result == "failure" for end in ends)
        return Result("failure" if failed else "success", ends[-1].outputs)

    def _run_one(self, job: Job, contexts: dict[str, Any], title: str) -> Result:
        if job.uses:
            given = interpolate(job.document.get("with") or {}, contexts, {})
            return self.run(self.repository.called(job.uses), given, f"{title} / ")
        environment = text(interpolate(job.document.get("environment"), contexts, {}))
        where = f" in {environment}" if environment else ""
        self.transcript.append(f"job {title}{where}")
        contexts["vars"] = self.event.variables.get(environment, {})
        scope = self._scope(job, contexts)
        self._run_steps(job.steps, scope)
        outputs = interpolate(job.document.get("outputs") or {}, scope.contexts, {})
        failed = scope.failed and not job.document.get("continue-on-error")
        told = {key: text(value) for key, value in outputs.items()}
        return Result("failure" if failed else "success", told)

    def _scope(self, job: Job, contexts: dict[str, Any]) -> _Scope:
        self._count += 1
        home = self.folder / f"job{self._count}"
        for name in ("temp", "home", "workspace"):
            (home / name).mkdir(parents=True)
        workflow = self.repository.workflows[job.workflow]
        scope = _Scope(home / "workspace", contexts, {})
        scope.contexts |= {"steps": scope.steps, "runner": {"temp": str(home / "temp")}}
        for document in (workflow.document, job.document):
            scope.environ |= _texts(interpolate(document.get("env") or {}, contexts, {}))
        return scope

    # --- Steps ---

    def _run_steps(self, steps: Sequence[Step], scope: _Scope) -> None:
        for step in steps:
            functions = _status(not scope.failed, scope.failed)
            if not _applies(step.document.get("if"), scope.contexts, functions):
                self.transcript.append(f"  skip {step.title}")
                continue
            outputs, well = self._run_step(step, scope)
            scope.failed = scope.failed or not well
            if name := step.document.get("id"):
                outcome = "success" if well else "failure"
                scope.steps[name] = {"outputs": outputs, "outcome": outcome}

    def _run_step(self, step: Step, scope: _Scope) -> tuple[Values, bool]:
        if step.run is not None:
            self.executed.add(step.where)
            return self._run_script(step, scope)
        given = interpolate(step.settings, scope.contexts, {})
        if step.uses.startswith(OURS):
            return self._run_action(self.repository.called(step.uses), given, scope)
        name = step.uses.partition("@")[0]
        told = ", ".join(f"{key}={' '.join(text(v).split())}" for key, v in given.items())
        self.transcript.append(f"  uses {name}" + (f": {told}" if told else ""))
        action = _ACTIONS.get(name)
        return (action(self, given, scope) if action else {}), True

    def _run_action(self, name: str, given: Values, scope: _Scope) -> tuple[Values, bool]:
        contexts = {**scope.contexts, "inputs": given}
        inner = _Scope(scope.workspace, contexts, scope.environ, scope.path)
        inner.contexts["steps"] = inner.steps
        self.transcript.append(f"  uses {name}: " + ", ".join(f"{k}={v}" for k, v in given.items()))
        self._run_steps(self.repository.action_steps(name), inner)
        declared = self.repository.actions[name][1].get("outputs") or {}
        values = {key: output["value"] for key, output in declared.items()}
        return interpolate(values, inner.contexts, {}), not inner.failed

    def _run_script(self, step: Step, scope: _Scope) -> tuple[Values, bool]:
        temp = Path(scope.contexts["runner"]["temp"])
        files = {name: temp / name for name in ("GITHUB_OUTPUT", "GITHUB_PATH", "log", "script")}
        for path in files.values():
            path.write_text("")
        files["script"].write_text(str(step.run))
        given = _texts(interpolate(step.document.get("env") or {}, scope.contexts, {}))
        # As `shell: bash` is started there.
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(files["script"])]
        done = subprocess.run(
            command, cwd=scope.workspace, env={**self._environ(scope, files), **given},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
        self._note(step, scope, files, done)
        scope.path += files["GITHUB_PATH"].read_text().split()
        lines = files["GITHUB_OUTPUT"].read_text().splitlines()
        return dict(line.split("=", 1) for line in lines), done.returncode == 0

    def _environ(self, scope: _Scope, files: Mapping[str, Path]) -> dict[str, str]:
        temp = files["script"].parent
        path = [*reversed(scope.path), str(self._standins), str(self._tools)]
        return {
            **scope.environ,
            "PATH": ":".join(path),
            "HOME": str(temp.parent / "home"),
            "RUNNER_TEMP": str(temp),
            "GITHUB_OUTPUT": str(files["GITHUB_OUTPUT"]),
            "GITHUB_PATH": str(files["GITHUB_PATH"]),
            "GITHUB_WORKSPACE": str(scope.workspace),
            "GIT_CONFIG_NOSYSTEM": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "STANDIN_LOG": str(files["log"]),
            "STANDIN_FAULTS": json.dumps(list(self.event.faults)),
            "STANDIN_LAST_GOOD": self.origin.base,
        }

    def _note(
        self, step: Step, scope: _Scope, files: Mapping[str, Path],
        done: subprocess.CompletedProcess[str],
    ) -> None:  # fmt: skip
        self.transcript.append(f"  run {step.title}")
        ran = files["log"].read_text().splitlines()
        self.started += [_started(line) for line in ran if line.startswith("gh workflow run ")]
        lines = [f"    $ {line}" for line in ran]
        lines += [f"    > {line}" for line in files["GITHUB_OUTPUT"].read_text().splitlines()]
        if done.returncode:
            said = done.stderr.strip().splitlines()
            lines += [f"    ! status {done.returncode}", *(f"    ! {line}" for line in said[-3:])]
        self.transcript += [self._plain(line, scope) for line in lines]

    def _plain(self, line: str, scope: _Scope) -> str:
        """A line without what differs from run to run."""
        line = line.replace(str(scope.workspace), "<workspace>")
        line = line.replace(scope.contexts["runner"]["temp"], "<temp>")
        line = re.sub(r"(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])", "<commit>", line)
        return line.replace(str(self.folder), "<folder>")


# --- Actions of others -------------------------------------------------------------------------


def _checkout(run: Simulation, given: Values, scope: _Scope) -> Values:
    run.origin.clone(scope.workspace)
    return {}


def _upload(run: Simulation, given: Values, scope: _Scope) -> Values:
    """From the folder that all of them are in, as the action does."""
    pattern = given["path"]
    found = sorted(scope.workspace.glob(pattern))
    assert found, f"nothing to upload for {pattern}"
    fixed = pattern.split("*")[0].rstrip("/") if "*" in pattern else pattern
    root = scope.workspace / fixed
    for path in (each for top in found for each in ([top] if top.is_file() else top.rglob("*"))):
        inside = path.relative_to(root) if path != root else Path(path.name)
        target = run.folder / "artifacts" / given["name"] / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return {}


def _download(run: Simulation, given: Values, scope: _Scope) -> Values:
    source = run.folder / "artifacts" / given["name"]
    assert source.is_dir(), f"no artifact {given['name']}"
    shutil.copytree(source, scope.workspace / given["path"], dirs_exist_ok=True)
    return {}


_ACTIONS: Mapping[str, Callable[[Simulation, Values, _Scope], Values]] = {
    "actions/checkout": _checkout,
    "actions/upload-artifact": _upload,
    "actions/download-artifact": _download,
}


# --- What GitHub decides -----------------------------------------------------------------------


def _applies(condition: Any, contexts: Values, functions: Values) -> bool:
    """Whether a job or step runs: a condition that asks for no status holds only after success."""
    if condition is None:
        return bool(functions["success"]())
    bare = str(condition).strip().removeprefix("${{").removesuffix("}}")
    if not _STATUS.search(bare) and not functions["success"]():
        return False
    return truthy(evaluate(bare, contexts, functions))


def _status(success: bool, failure: bool) -> dict[str, Callable[[], bool]]:
    return {
        "success": lambda: success,
        "failure": lambda: failure,
        "cancelled": lambda: False,
        "always": lambda: True,
    }


def _ancestors(job: Job, repository: Repository) -> set[str]:
    """Every job that had to end before this one."""
    workflow = repository.workflows[job.workflow]
    found = set(job.needs)
    for name in job.needs:
        found |= _ancestors(workflow.job(name), repository)
    return found


def _ordered(jobs: Sequence[Job]) -> Iterator[Job]:
    """Jobs after those they need."""
    done: set[str] = set()
    waiting = list(jobs)
    while waiting:
        ready = [job for job in waiting if set(job.needs) <= done]
        assert ready, f"these wait for each other: {[job.name for job in waiting]}"
        for job in ready:
            yield job
            done.add(job.name)
        waiting = [job for job in waiting if job.name not in done]


def _matrices(job: Job, contexts: Values) -> list[dict[str, Any]]:
    declared = (job.document.get("strategy") or {}).get("matrix") or {}
    values = interpolate(declared, contexts, {})
    assert all(values.values()), f"{job.where}: GitHub refuses an empty matrix"
    return [dict(zip(values, each, strict=True)) for each in product(*values.values())]


def _numbered(title: str, matrix: Values) -> str:
    names = [
        each.get("name", "") if isinstance(each, Mapping) else each for each in matrix.values()
    ]
    return f"{title} ({', '.join(names)})" if names else title


def _started(line: str) -> tuple[str, dict[str, str]]:
    """The workflow that `gh workflow run` starts, and its inputs."""
    words = shlex.split(line)
    fields = [value for flag, value in pairwise(words) if flag == "--field"]
    return words[3], dict(field.split("=", 1) for field in fields)


def _texts(values: Values) -> dict[str, str]:
    return {key: text(value) for key, value in values.items()}
