"""Jobs in the cluster that the monitor itself runs in.

The name of a Job is made from its incident and attempt, so creating one is idempotent: 409 says
that it is there already, and that it is ours. The result comes over the volume that monitor and
trainer share, as `local_jobs` has it; a trainer needs the log and the releases from there anyway.
Kubernetes may start a pod of one Job twice when a node is lost: the lock in the job's folder
turns the second away.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, Field

from mooring.bundle.atomic import write_file
from mooring.monitor.incidents.errors import JobUnreachable
from mooring.monitor.incidents.job import Absent, Crashed, Job, Look, Running, parse_result
from mooring.monitor.incidents.local_jobs import REQUEST, RESULT, content_of
from mooring.monitor.incidents.manifest import Pod, job_name, manifest
from mooring.monitor.incidents.remote import Remote

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")

_CURE = "Let the monitor's account create, get and delete jobs: docs/loop-operation.md."
_CONFLICT, _NOT_FOUND, _TOO_MANY = 409, 404, 429

# For as long a file that is written may be unseen on another node: NFS caches attributes for a
# minute.
_SHARED_SECONDS = 120.0


class _Condition(BaseModel):
    type: str
    status: str
    reason: str = ""


class _Status(BaseModel):
    conditions: list[_Condition] = []


class _Metadata(BaseModel):
    deleted: str | None = Field(default=None, alias="deletionTimestamp")


class _Job(BaseModel):
    """As much of a Job as says how far it is."""

    metadata: _Metadata = _Metadata()
    status: _Status = _Status()

    def reason(self, kind: str) -> str | None:
        """Why a condition holds; None where it does not."""
        held = [
            c.reason or kind for c in self.status.conditions if (c.type, c.status) == (kind, "True")
        ]
        return held[0] if held else None


@dataclass
class KubernetesJobs:
    """Jobs in `namespace`, whose folders are below `folder` on the volume of `pod`."""

    remote: Remote
    namespace: str
    pod: Pod
    folder: Path
    settles_seconds: float | None = None
    monotonic: Callable[[], float] = time.monotonic
    _complete: dict[str, float] = field(default_factory=dict, init=False)

    def start(self, job: Job) -> None:
        """Create it, unless it is there."""
        try:
            document = (job.model_dump_json(indent=2) + "\n").encode()
            write_file(self.folder / job.name / REQUEST, document)
        except OSError as error:
            raise JobUnreachable(
                f"the shared volume cannot be written: {error.strerror}",
                place=str(self.folder),
                cure="It is tried again.",
            ) from None
        answer = self.remote.ask("POST", self._path, manifest(job, self.pod))
        if answer.status_code == _TOO_MANY:
            raise JobUnreachable("it takes no more for now", place=self.remote.url, cure="Wait.")
        if answer.status_code != _CONFLICT:
            self.remote.check(answer, _CURE)

    def look(self, job: Job) -> Look:
        """Its result, or what the cluster says of it."""
        path = self.folder / job.name / RESULT
        if (content := content_of(path)) is not None:
            return parse_result(content, str(path))
        answer = self.remote.get(f"{self._path}/{job_name(job)}")
        if answer.status_code == _NOT_FOUND:
            return Absent()
        return self._judged(job, self.remote.document(_Job, answer))

    def stop(self, job: Job) -> None:
        """Delete it; it is gone when its pod is."""
        self.remote.ask("DELETE", f"{self._path}/{job_name(job)}", propagationPolicy="Foreground")

    @property
    def _path(self) -> str:
        return f"/apis/batch/v1/namespaces/{self.namespace}/jobs"

    def _judged(self, job: Job, found: _Job) -> Look:
        if found.metadata.deleted is not None:
            return Running()
        if (reason := found.reason("Failed")) is not None:
            return Crashed(f"its pod failed: {reason}")
        if found.reason("Complete") is None:
            return Running()
        since = self._complete.setdefault(job_name(job), self.monotonic())
        late = self.monotonic() - since > _SHARED_SECONDS
        return Crashed("it completed and left no result") if late else Running()


def in_cluster(environ: Mapping[str, str], account: Path = ACCOUNT) -> tuple[Remote, str]:
    """The API of the cluster around this process, and the namespace. Raises JobUnreachable."""
    host, port = environ.get("KUBERNETES_SERVICE_HOST"), environ.get("KUBERNETES_SERVICE_PORT")
    try:
        namespace = (account / "namespace").read_text(encoding="ascii").strip()
    except OSError:
        namespace = ""
    if not host or not port or not namespace:
        raise JobUnreachable(
            "this process is in no cluster",
            place=str(account),
            cure="Run the monitor in a pod with a service account, or start jobs locally.",
        )
    # An IPv6 address has colons of its own.
    name = f"[{host}]" if ":" in host else host
    return Remote(f"https://{name}:{port}", account / "token", account / "ca.crt"), namespace
