"""A job as a Kubernetes Job: what is created in the cluster, a pure function of the job.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mooring.monitor.incidents.job import Job, arguments
from mooring.monitor.incidents.local_jobs import RESULT

# RFC 1123: a pod's name gets six characters more, and labels have no more than 63.
_MODEL_CHARACTERS = 24
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")

# Long after an incident has taken what it wants to know from it.
_KEPT_SECONDS = 7 * 86_400

INCIDENT_LABEL = "mooring/incident"

_HOME, _SCRATCH = "home", "scratch"


@dataclass(frozen=True)
class Pod:
    """Where jobs run: `image` by digest, the claim of the volume that holds `home` for the monitor
    and for its jobs alike, and what a job may use.
    """

    image: str
    claim: str
    home: str = "/var/lib/mooring"
    # As the image of jobs has it, where no script of a checkout is.
    command: Sequence[str] = ("python3.11", "-m", "mooring.trainer")
    account: str = "mooring-trainer"
    environ: Mapping[str, str] = field(default_factory=dict)
    cpu: str = "2"
    memory: str = "4Gi"
    limit_seconds: int = 7_200
    user: int = 10_001


def job_name(job: Job) -> str:
    """The name of its Job in the cluster: the same for the same attempt, so that creating it twice
    is one Job.
    """
    tail = job.incident.removeprefix(f"{job.model}-")
    model = job.model[:_MODEL_CHARACTERS].rstrip("_")
    name = f"{model}-{tail}-{job.kind}-{job.attempt}".replace("_", "-").lower()
    if not _NAME.fullmatch(name):
        raise ValueError("an incident's id is no part of a name in Kubernetes")
    return name


def manifest(job: Job, pod: Pod) -> dict[str, Any]:
    """The Job. It tries once: whether another attempt is made is the incident's to say."""
    labels = {
        "app.kubernetes.io/name": "mooring-trainer",
        "app.kubernetes.io/managed-by": "mooring-monitor",
        INCIDENT_LABEL: job_name(job),
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": job_name(job), "labels": labels},
        "spec": {
            "parallelism": 1,
            "completions": 1,
            "backoffLimit": 0,
            "activeDeadlineSeconds": pod.limit_seconds,
            "ttlSecondsAfterFinished": _KEPT_SECONDS,
            "template": {"metadata": {"labels": labels}, "spec": _pod(job, pod)},
        },
    }


def _pod(job: Job, pod: Pod) -> dict[str, Any]:
    return {
        "restartPolicy": "Never",
        "serviceAccountName": pod.account,
        # A job asks the cluster for nothing.
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": pod.user,
            "runAsGroup": pod.user,
            "fsGroup": pod.user,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(job, pod)],
        "volumes": [
            {"name": _HOME, "persistentVolumeClaim": {"claimName": pod.claim}},
            {"name": _SCRATCH, "emptyDir": {}},
        ],
    }


def _container(job: Job, pod: Pod) -> dict[str, Any]:
    environ = {"MOORING_HOME": pod.home, "TMPDIR": "/scratch", **pod.environ}
    # Memory is asked for in full: what is promised and not there kills somebody else.
    resources = {
        "requests": {"cpu": pod.cpu, "memory": pod.memory},
        "limits": {"memory": pod.memory},
    }
    return {
        "name": job.kind,
        "image": pod.image,
        "command": [*pod.command, *arguments(job, f"{pod.home}/monitor/jobs/{job.name}/{RESULT}")],
        "env": [{"name": name, "value": value} for name, value in sorted(environ.items())],
        "resources": resources,
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": _HOME, "mountPath": pod.home},
            {"name": _SCRATCH, "mountPath": "/scratch"},
        ],
    }
