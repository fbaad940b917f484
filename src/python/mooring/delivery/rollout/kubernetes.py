"""Deployments of a cluster, through kubectl: what they run, and having them run something else."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import Any

from mooring.delivery.rollout.errors import ClusterRefused, KubectlMissing, NothingToChange

# Kubernetes' own default for `progressDeadlineSeconds` is 600 s, after which it gives up itself.
ROLLOUT_SECONDS = 600

NAMESPACE = "mooring"

# Lines of a refusal that are shown; kubectl says what is wrong in its last one.
_LINES_SHOWN = 3

# Counts the versions of a Deployment's template; `rollout undo --to-revision` takes it.
_REVISION = "deployment.kubernetes.io/revision"


@dataclass(frozen=True)
class Running:
    """What a Deployment is told to run: the image of the container of its own name, and which
    version of its template that is.
    """

    deployment: str
    image: str
    revision: int


@dataclass(frozen=True)
class Kubernetes:
    """The cluster that kubectl's current context names."""

    namespace: str = NAMESPACE
    seconds: int = ROLLOUT_SECONDS

    def running(self, deployment: str) -> Running:
        """Raises NothingToChange, ClusterRefused, KubectlMissing."""
        asked = ("get", "deployment", deployment, "--ignore-not-found", "--output=json")
        said = self._kubectl(*asked)
        if not said.strip():
            raise NothingToChange(
                f"there is no deployment {deployment}",
                place=f"namespace {self.namespace}",
                cure="Apply the manifests first; a rollout changes what is there.",
            )
        return _running(deployment, json.loads(said))

    def set_image(self, deployment: str, image: str) -> None:
        """Have a Deployment run another image. Raises ClusterRefused."""
        self._kubectl("set", "image", f"deployment/{deployment}", f"{deployment}={image}")

    def wait(self, deployment: str) -> None:
        """Return when all its pods run what it is told to. Raises ClusterRefused."""
        self._kubectl("rollout", "status", f"deployment/{deployment}", f"--timeout={self.seconds}s")

    def undo(self, deployment: str, revision: int) -> None:
        """Have it run an earlier version of its template, and return when it does."""
        self._kubectl("rollout", "undo", f"deployment/{deployment}", f"--to-revision={revision}")
        self.wait(deployment)

    def _kubectl(self, *arguments: str) -> str:
        command = ["kubectl", f"--namespace={self.namespace}", *arguments]
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
            )
        except FileNotFoundError:
            raise KubectlMissing(
                "kubectl is not installed", place="PATH", cure="Install it and name the cluster."
            ) from None
        if done.returncode != 0:
            said = [line for line in done.stderr.splitlines() if line.strip()]
            raise ClusterRefused(
                f"status {done.returncode}",
                place=" ".join(command),
                cure="\n".join(["It said:", *said[-_LINES_SHOWN:]]),
            )
        return done.stdout


def _running(deployment: str, document: dict[str, Any]) -> Running:
    containers = document["spec"]["template"]["spec"]["containers"]
    images = {container["name"]: container["image"] for container in containers}
    if deployment not in images:
        raise NothingToChange(
            f"it has no container {deployment}, only {', '.join(images)}",
            place=f"deployment/{deployment}",
            cure="A deployment's own container has its name.",
        )
    revision = document["metadata"].get("annotations", {}).get(_REVISION, "0")
    return Running(deployment, images[deployment], int(revision))
