"""Events that make every step of every workflow run, and some that must come to nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.workflows.fixture import git, make_origin
from tests.workflows.simulation import Event, Result, Simulation
from tests.workflows.standin import CANDIDATE, digest_of
from tests.workflows.workflow import read_repository

EVERYTHING, DOCUMENT = "pants.toml", "docs/build.md"  # what the last commit changed

# By environment; without one, those of the repository.
_ENVIRONMENTS = {
    name: {
        "CLUSTER_URL": f"https://{name}.example.org:6443",
        "CLUSTER_CA": "a certificate",
        "CLUSTER_AUDIENCE": f"https://{name}.example.org",
        "MOORING_URL": f"https://models.{name}.example.org",
    }
    for name in ("staging", "production")
}
_OWN = {"DEBIAN_SOURCES": "Types: deb", "MOORING_HOME": "/mnt/mooring"}
_GATEWAY = f"ghcr.io/sailors/mooring/gateway@{digest_of('src/gateway:image')}"
_COMMIT = "c0ffee" + "0" * 34


@dataclass(frozen=True)
class Scenario:
    """One event: the workflow it starts, and how that ends."""

    title: str
    workflow: str
    event_name: str
    ends: str = "success"
    event: Mapping[str, Any] | None = None
    ref: str = "refs/heads/main"
    changed: str = EVERYTHING
    inputs: Mapping[str, Any] | None = None
    faults: Sequence[str] = ()
    branches: Sequence[str] = ()  # that are there already
    variables: Mapping[str, str] = field(default_factory=lambda: _OWN)  # the repository's


def _by_hand(images: Mapping[str, str]) -> Mapping[str, Any]:
    return {"images": json.dumps(images), "commit": _COMMIT}


SCENARIOS = (
    Scenario("a pull request", "ci.yml", "pull_request", ref="refs/pull/7/merge"),
    Scenario("a document", "ci.yml", "pull_request", ref="refs/pull/8/merge", changed=DOCUMENT),
    Scenario("a push to main", "ci.yml", "push"),
    Scenario("a proposal's checks", "ci.yml", "workflow_dispatch", ref="refs/heads/retrain/alpha"),
    Scenario(
        "tests that fail", "ci.yml", "push", ends="failure",
        faults=["./pants test src/b_test.py:tests"],
    ),
    Scenario("a deployment by hand", "deploy.yml", "workflow_dispatch",
             inputs=_by_hand({"gateway": _GATEWAY})),
    Scenario(
        "a tag", "deploy.yml", "workflow_dispatch", ends="failure",
        inputs=_by_hand({"gateway": "ghcr.io/sailors/mooring/gateway:latest"}),
    ),
    Scenario(
        "an image of somebody else's", "deploy.yml", "workflow_dispatch", ends="failure",
        inputs=_by_hand({"gateway": _GATEWAY}), faults=["gh attestation verify"],
    ),
    Scenario(
        "a rollout that does not come up", "deploy.yml", "workflow_dispatch", ends="failure",
        inputs=_by_hand({"gateway": _GATEWAY}), faults=["./mooring deploy rollout"],
    ),
    Scenario(
        "a rollout that predicts wrong", "deploy.yml", "workflow_dispatch", ends="failure",
        inputs=_by_hand({"gateway": _GATEWAY}), faults=["./mooring deploy verify"],
    ),
    Scenario("a drift alert", "retrain.yml", "repository_dispatch",
             event={"client_payload": {"model": "alpha", "incident": "i-7"}}),
    Scenario("a drift alert whose retrain is not blessed", "retrain.yml", "repository_dispatch",
             event={"client_payload": {"model": "gamma", "incident": "i-8"}}),
    Scenario("a drift alert whose retrain fails", "retrain.yml", "repository_dispatch",
             ends="failure", faults=["./mooring retrain"],
             event={"client_payload": {"model": "alpha", "incident": "i-9"}}),
    Scenario(
        "a payload that is no model", "retrain.yml", "repository_dispatch", ends="failure",
        event={"client_payload": {"model": 'alpha"; gh secret list; #\nmodels=["x"]'}},
    ),
    Scenario(
        "a payload that is no incident", "retrain.yml", "repository_dispatch", ends="failure",
        event={"client_payload": {"model": "alpha", "incident": "i-7\nmodels=[]"}},
    ),
    Scenario(
        "a drift alert whose proposal is open already", "retrain.yml", "repository_dispatch",
        event={"client_payload": {"model": "alpha"}},
        branches=[f"retrain/alpha-{CANDIDATE[:16]}"],
    ),
    Scenario("every model on Monday", "retrain.yml", "schedule"),
    Scenario("a Monday without a log", "retrain.yml", "schedule", variables={}),
    Scenario("a night", "nightly.yml", "schedule"),
    Scenario(
        "a night in which the newest Pants fails", "nightly.yml", "schedule",
        faults=["pants lint check"],
    ),
)  # fmt: skip


def play(scenario: Scenario, folder: Path) -> tuple[Simulation, Result]:
    """Run a scenario below `folder`, in a repository of its own, and what it starts after it."""
    origin = make_origin(folder, scenario.changed)
    for branch in scenario.branches:
        git(origin.path, "branch", branch)
    pull_request = {"pull_request": {"base": {"sha": origin.base}}}
    payload = scenario.event or (pull_request if scenario.event_name == "pull_request" else {})
    github = {
        "actor": "somebody", "event": payload, "event_name": scenario.event_name,
        "ref": scenario.ref, "sha": _COMMIT, "repository": "Sailors/mooring",
        "repository_owner": "Sailors", "run_id": 4711, "token": "a-token",
    }  # fmt: skip
    variables = {"": scenario.variables, **_ENVIRONMENTS}
    event = Event(github, scenario.inputs or {}, variables, scenario.faults)
    simulation = Simulation(read_repository(Path.cwd()), origin, event, folder)
    result = simulation.run(scenario.workflow)
    for workflow, inputs in simulation.started:
        if workflow == "deploy.yml":  # the checks of a proposal are a scenario of their own
            simulation.transcript.append(f"workflow {workflow}")
            result = simulation.run(workflow, inputs)
    return simulation, result


def transcript(scenario: Scenario, simulation: Simulation, result: Result) -> str:
    """The text that is committed."""
    head = f"# {scenario.title}: {scenario.workflow}, {scenario.event_name}, {result.result}"
    return "\n".join([head, *simulation.transcript, ""])


def file_of(scenario: Scenario) -> Path:
    """Where it is committed."""
    name = scenario.title.replace(" ", "-").replace("'", "")
    return Path("tests/workflows/transcripts", f"{name}.txt")
