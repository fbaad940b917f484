"""What must be true of the workflows, whatever they do: each rule yields a sentence per offence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.workflows.workflow import OURS, Job, Repository, Step, Workflow

Rule = Callable[[Repository], Iterator[str]]

# Who may write what. A job that calls a workflow hands on what that one's jobs ask for.
WRITES: Mapping[str, frozenset[str]] = {
    "ci.yml/publish": frozenset({"packages", "id-token", "attestations"}),
    "ci.yml/deploy": frozenset({"actions"}),
    "ci.yml/record": frozenset({"contents", "pull-requests", "actions"}),
    "_build-images.yml/publish": frozenset({"packages"}),
    "_build-images.yml/attest": frozenset({"packages", "id-token", "attestations"}),
    "deploy.yml/staging": frozenset({"id-token"}),
    "deploy.yml/production": frozenset({"id-token"}),
    "_roll-out.yml/roll-out": frozenset({"id-token"}),
    "retrain.yml/retrain": frozenset({"contents", "pull-requests", "actions"}),
    "_retrain.yml/propose": frozenset({"contents", "pull-requests", "actions"}),
}
# Jobs of a pull request see what a stranger wrote, so they may look and no more.
ON_PULL_REQUESTS = ("plan", "check", "test", "containers", "package", "done")
TRIGGERS = frozenset(
    {
        "pull_request",
        "push",
        "workflow_dispatch",
        "workflow_call",
        "repository_dispatch",
        "schedule",
    }
)
STRICT = "set -euo pipefail\n"
LONGEST_MINUTES = 360  # GitHub's own limit
ON_MAIN = "github.event_name == 'push' && github.ref == 'refs/heads/main'"

_PINNED = re.compile(r"[\w.-]+(?:/[\w.-]+)+@[0-9a-f]{40}")
_USES = re.compile(r"^\s*(?:- )?uses:\s*(?P<action>\S+)(?P<rest>.*)$", re.MULTILINE)
_VERSION = re.compile(r" # v\d+\.\d+\.\d+")
_NEEDED = re.compile(r"\bneeds\.(?P<job>[\w-]+)(?:\.outputs\.(?P<output>[\w-]+))?")
_STEPS = re.compile(r"\bsteps\.(?P<step>[\w-]+)\.")


def pinned(repository: Repository) -> Iterator[str]:
    """Every action of others is pinned by commit, and says which version that is."""
    for name, text in repository.texts:
        for found in _USES.finditer(text):
            ours = found["action"].startswith(OURS)
            if not ours and not _PINNED.fullmatch(found["action"]):
                yield f"{name}: {found['action']} is not pinned by commit"
            elif not ours and not _VERSION.fullmatch(found["rest"]):
                yield f"{name}: {found['action']} does not say its version"


def permissions(repository: Repository) -> Iterator[str]:
    """Nothing is granted to a workflow; each job says what it may; only these may write."""
    for workflow in repository.workflows.values():
        if workflow.document.get("permissions") != {}:
            yield f"{workflow.name}: the workflow itself has permissions"
    for job in repository.jobs:
        if "permissions" not in job.document:
            yield f"{job.where}: it does not say what it may"
        elif isinstance(job.document["permissions"], str):
            yield f"{job.where}: it takes {job.document['permissions']}"
        else:
            granted = {scope for scope, level in job.permissions.items() if level != "read"}
            if granted != WRITES.get(job.where, frozenset()):
                yield f"{job.where}: it may write {', '.join(sorted(granted)) or 'nothing'}"


def pull_requests(repository: Repository) -> Iterator[str]:
    """What a stranger's change runs has no right to write and no secret, nor has anything else."""
    for workflow in repository.workflows.values():
        for trigger in sorted(set(workflow.triggers) - TRIGGERS):
            yield f"{workflow.name}: it is started by {trigger}"
        if "pull_request" in workflow.triggers and workflow.name != "ci.yml":
            yield f"{workflow.name}: pull requests start ci.yml alone"
    for job in repository.workflows["ci.yml"].jobs:
        if job.name not in ON_PULL_REQUESTS and not _needs_main(repository, job):
            yield f"{job.where}: a pull request can start it"
    for name, text in repository.texts:
        if re.search(r"\bsecrets\s*[.:\[]|secrets:\s*inherit", text):
            yield f"{name}: it reads a secret, and no workflow needs one"


def limited(repository: Repository) -> Iterator[str]:
    """Every job ends; every workflow that an event starts says what happens to two of it."""
    for job in repository.jobs:
        minutes = job.document.get("timeout-minutes")
        if not job.uses and not (isinstance(minutes, int) and 0 < minutes <= LONGEST_MINUTES):
            yield f"{job.where}: it has no timeout"
    for workflow in repository.workflows.values():
        if set(workflow.triggers) != {"workflow_call"} and "concurrency" not in workflow.document:
            yield f"{workflow.name}: nothing limits how many of it run"
    job = repository.workflows["_roll-out.yml"].job("roll-out")
    for name, document in (
        ("deploy.yml", repository.workflows["deploy.yml"].document),
        (job.where, job.document),
    ):
        queue = document.get("concurrency") or {}
        if queue.get("cancel-in-progress") is not False or queue.get("queue") != "max":
            yield f"{name}: a deployment may be dropped or cut short by the next"


def strict(repository: Repository) -> Iterator[str]:
    """Every script is bash, stops at the first error, and holds no expression."""
    for workflow in repository.workflows.values():
        if not _is_bash(workflow) and any(step.run for job in workflow.jobs for step in job.steps):
            yield f"{workflow.name}: the shell is not set"
    for step in repository.steps:
        if step.run is None:
            continue
        if not step.run.startswith(STRICT):
            yield f"{step.where}: it does not begin with {STRICT.strip()}"
        if "${{" in step.run:
            yield f"{step.where}: an expression becomes part of the script"
        if step.document.get("shell", "bash") != "bash":
            yield f"{step.where}: its shell is {step.document['shell']}"


def credentials(repository: Repository) -> Iterator[str]:
    """A checkout leaves no token behind."""
    for step in repository.steps:
        checks_out = step.uses.startswith("actions/checkout@")
        if checks_out and step.settings.get("persist-credentials") is not False:
            yield f"{step.where}: the token stays in the checkout"


def caches(repository: Repository) -> Iterator[str]:
    """A push to main writes them, and nobody else; what is published or deployed reads none."""
    for step in repository.steps:
        if re.match(r"actions/cache(/save)?@", step.uses):
            saves = step.where == "ci.yml/check/Save the caches"
            if not (saves and ON_MAIN in str(step.document.get("if", ""))):
                yield f"{step.where}: it may save a cache for others"
        if "cache" in step.settings and step.uses.startswith("actions/setup-"):
            yield f"{step.where}: it keeps a cache of its own"
    for job in repository.jobs:
        for step in job.steps:
            prepares = step.uses.endswith("/prepare") and _hands_on(job)
            if prepares and step.settings.get("cache") != "none":
                yield f"{step.where}: what it makes is handed on, and it reads a cache"


def graph(repository: Repository) -> Iterator[str]:
    """What a job or step refers to is there, and is waited for."""
    for workflow in repository.workflows.values():
        jobs = {job.name: job for job in workflow.jobs}
        for job in workflow.jobs:
            for needed in job.needs:
                if needed not in jobs:
                    yield f"{job.where}: it needs {needed}, which is no job"
            yield from _dangling(repository, job, jobs)


def digests(repository: Repository) -> Iterator[str]:
    """What was built is what is published, attested, verified, rolled out: by digest, in order."""
    for where, (reference, needs) in FLOW.items():
        name, job_name, key = where.split("/")
        job = repository.workflows[name].job(job_name)
        if f"${{{{ {reference} }}}}" not in _given(job, key):
            yield f"{where}: it is not {reference}"
        if not set(needs) <= set(job.needs):
            yield f"{where}: it does not wait for {', '.join(needs)}"
    yield from _attested(repository)
    yield from _rolled_out(repository)


FLOW = {
    "ci.yml/publish/expected": ("needs.package.outputs.digests", ("plan", "package")),
    "ci.yml/deploy/IMAGES": ("needs.publish.outputs.images", ("publish",)),
    "ci.yml/deploy/COMMIT": ("github.sha", ()),
    "deploy.yml/staging/images": ("needs.verify.outputs.images", ("verify",)),
    "deploy.yml/staging/commit": ("needs.verify.outputs.commit", ("verify",)),
    "deploy.yml/production/images": ("needs.verify.outputs.images", ("verify", "staging")),
    "deploy.yml/production/commit": ("needs.verify.outputs.commit", ("verify", "staging")),
}

RULES: Mapping[str, Rule] = {
    rule.__name__: rule
    for rule in (
        *(pinned, permissions, pull_requests, limited, strict),
        *(credentials, caches, graph, digests),
    )
}


def complaints(repository: Repository) -> dict[str, list[str]]:
    """The offences against each rule that has any."""
    found = {name: list(rule(repository)) for name, rule in RULES.items()}
    return {name: sentences for name, sentences in found.items() if sentences}


def _given(job: Job, key: str) -> list[str]:
    """What a job hands on under that name: to the workflow it calls, or to its steps."""
    steps = [(step.document.get("env") or {}).get(key) for step in job.steps]
    return [str(value) for value in ((job.document.get("with") or {}).get(key), *steps) if value]


def _is_bash(workflow: Workflow) -> bool:
    shell: str | None = workflow.document.get("defaults", {}).get("run", {}).get("shell")
    return shell == "bash"


def _needs_main(repository: Repository, job: Job) -> bool:
    """Whether a job waits for one that only a push to main starts, or is such a one."""
    workflow = repository.workflows[job.workflow]
    known = {other.name for other in workflow.jobs}
    return ON_MAIN in str(job.document.get("if", "")) or any(
        _needs_main(repository, workflow.job(need)) for need in job.needs if need in known
    )


def _hands_on(job: Job) -> bool:
    """Whether what a job makes reaches a registry, a cluster or the main branch."""
    writes = bool(WRITES.get(job.where)) or "environment" in job.document
    return writes or job.workflow in ("_build-images.yml", "_retrain.yml", "_roll-out.yml")


def _dangling(repository: Repository, job: Job, jobs: Mapping[str, Job]) -> Iterator[str]:
    text = str(job.document)
    for found in _NEEDED.finditer(text):
        needed, output = found["job"], found["output"]
        if needed not in job.needs:
            yield f"{job.where}: it reads needs.{needed} and does not wait for it"
        elif output and output not in _outputs(repository, jobs[needed]):
            yield f"{job.where}: {needed} has no output {output}"
    ids = {step.document.get("id") for step in job.steps}
    for found in _STEPS.finditer(text):
        if found["step"] not in ids:
            yield f"{job.where}: there is no step {found['step']}"


def _outputs(repository: Repository, job: Job) -> Mapping[str, Any]:
    if not job.uses:
        return job.document.get("outputs") or {}
    called = repository.workflows[repository.called(job.uses)]
    return (called.triggers.get("workflow_call") or {}).get("outputs") or {}


def _attested(repository: Repository) -> Iterator[str]:
    build, deploy = repository.workflows["_build-images.yml"], repository.workflows["deploy.yml"]
    attests = [
        step for step in build.job("attest").steps if step.uses.startswith("actions/attest@")
    ]
    for step in attests:
        if step.settings.get("subject-digest") != "${{ matrix.subject.digest }}":
            yield f"{step.where}: its subject is no digest of what was published"
    if sorted("sbom-path" in step.settings for step in attests) != [False, True]:
        yield "_build-images.yml/attest: provenance and bill of materials, each once"
    if build.job("attest").needs != ("publish",) or build.job("publish").needs != ("build",):
        yield "_build-images.yml: build, then publish, then attest"
    if any(step.run and "login" not in step.run for step in build.job("attest").steps):
        yield "_build-images.yml/attest: the job that signs runs a program"
    verify = "".join(str(step.run) for step in _runs(deploy.job("verify"), "gh attestation"))
    wanted = ('"oci://$reference"', "_build-images.yml", "refs/heads/main", '"$COMMIT"')
    if not all(word in verify for word in wanted):
        yield "deploy.yml/verify: it does not ask who built the images"
    if not _runs(deploy.job("verify"), "handover references"):
        yield "deploy.yml/verify: a tag is not refused"


def _rolled_out(repository: Repository) -> Iterator[str]:
    job = repository.workflows["_roll-out.yml"].job("roll-out")
    verbs = [f"mooring deploy {verb}" for verb in ("rollout", "verify", "rollback")]
    found = [step for step in job.steps if any(verb in str(step.run) for verb in verbs)]
    if [next(v for v in verbs if v in str(step.run)) for step in found] != verbs:
        yield f"{job.where}: roll out, verify, roll back, in this order"
    elif "!success()" not in str(found[2].document.get("if", "")):
        yield f"{job.where}: what does not verify is not rolled back"
    if job.document.get("environment") != "${{ inputs.environment }}":
        yield f"{job.where}: no environment protects it"
    for name in ("staging", "production"):
        called = repository.workflows["deploy.yml"].job(name)
        if (called.document.get("with") or {}).get("environment") != name:
            yield f"{called.where}: it is not the environment {name}"


def _runs(job: Job, words: str) -> list[Step]:
    return [step for step in job.steps if words in str(step.run)]
