"""Retraining in a cluster, against a server that behaves like its API."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mooring.bundle.atomic import write_file
from mooring.monitor.incidents.errors import JobRefused, JobUnreachable, JobUnsure
from mooring.monitor.incidents.incident import Incident
from mooring.monitor.incidents.job import Absent, Crashed, Job, Result, Running
from mooring.monitor.incidents.kubernetes_jobs import KubernetesJobs, in_cluster
from mooring.monitor.incidents.local_jobs import RESULT
from mooring.monitor.incidents.machine import job_of
from mooring.monitor.incidents.manifest import Pod, job_name, manifest
from mooring.monitor.incidents.remote import Remote
from mooring.monitor.incidents.testing.alarms import alert
from mooring.monitor.incidents.testing.cluster import NAMESPACE, FakeCluster
from mooring.monitor.incidents.testing.jobs import BUNDLE, CHALLENGER, blessed
from mooring.monitor.incidents.testing.monitor import Monitor
from mooring.monitor.incidents.testing.server import Answer, serving

POD = Pod(image="registry.example/trainer@sha256:" + "0" * 64, claim="mooring-home")
JOB = Job(incident="flight_delay-20130612t101500-1a2b3c4d", kind="retrain", model="flight_delay")


@pytest.fixture
def cluster() -> FakeCluster:
    return FakeCluster()


@pytest.fixture
def jobs(cluster: FakeCluster, tmp_path: Path) -> Iterator[KubernetesJobs]:
    (tmp_path / "token").write_text("a-token\n")
    with serving(cluster) as url:
        yield KubernetesJobs(Remote(url, tmp_path / "token"), NAMESPACE, POD, tmp_path / "jobs")


@pytest.fixture
def monitor(jobs: KubernetesJobs, tmp_path: Path) -> Monitor:
    return Monitor(tmp_path, jobs=jobs)


def write(jobs: KubernetesJobs, job: Job, result: Result) -> None:
    """The job's result arrives on the shared volume."""
    write_file(jobs.folder / job.name / RESULT, result.model_dump_json().encode())


def end(jobs: KubernetesJobs, incident: Incident | None, result: Result) -> None:
    assert incident is not None
    write(jobs, job_of(incident), result)


def test_from_a_job_to_a_promotion(
    monitor: Monitor, jobs: KubernetesJobs, cluster: FakeCluster
) -> None:
    monitor.hears(alert())
    end(jobs, monitor.step(), blessed(**{"ground-truth": 9}))
    cluster.ends("Complete")
    end(jobs, monitor.step(), CHALLENGER)
    monitor.step()
    monitor.promotes()

    done = monitor.step()

    assert done is not None
    assert done.state == "promoted"
    kinds = [cluster.jobs[name]["spec"]["template"]["spec"]["containers"][0]["name"]
             for name in cluster.created]  # fmt: skip
    assert kinds == ["retrain", "challenge"]


def test_a_job_that_is_there_already_is_ours(jobs: KubernetesJobs, cluster: FakeCluster) -> None:
    jobs.start(JOB)
    jobs.start(JOB)

    assert cluster.created == ["flight-delay-20130612t101500-1a2b3c4d-retrain-1"]
    assert jobs.look(JOB) == Running()


def test_a_creation_without_an_answer_is_repeated_and_makes_no_second_job(
    monitor: Monitor, cluster: FakeCluster
) -> None:
    cluster.hangs_up = True
    monitor.hears(alert())
    monitor.step()
    cluster.hangs_up = False
    monitor.restart()

    seen = monitor.step()

    assert seen is not None
    assert (seen.state, seen.launch) == ("training", "sent")
    assert len(cluster.created) == 1


def test_a_creation_that_was_lost_is_made_up_for(monitor: Monitor, cluster: FakeCluster) -> None:
    cluster.fault = lambda: Answer(503)
    monitor.hears(alert())
    for _ in range(3):
        monitor.step()
    assert cluster.created == []
    cluster.fault = lambda: None

    monitor.step()

    assert len(cluster.created) == 1


def test_a_pod_that_crashes_is_another_attempt_by_another_name(
    monitor: Monitor, cluster: FakeCluster
) -> None:
    monitor.hears(alert())
    monitor.step()
    cluster.ends("Failed", "BackoffLimitExceeded")
    monitor.step()
    cluster.ends("Failed", "DeadlineExceeded")

    failed = monitor.step()

    assert failed is not None
    assert (failed.state, failed.why) == (
        "failed",
        "attempt 2 of 2 crashed: its pod failed: DeadlineExceeded",
    )
    assert [name[-2:] for name in cluster.created] == ["-1", "-2"]


def test_a_job_is_stopped_when_its_pod_is_gone(monitor: Monitor, cluster: FakeCluster) -> None:
    monitor.hears(alert())
    monitor.step()
    stopping = monitor.step(7300.0)
    assert stopping is not None
    assert stopping.state == "stopping", "its pod is ending still, and no other may begin"
    delete = next(asked for asked in cluster.asked if asked.method == "DELETE")
    assert delete.query == "propagationPolicy=Foreground"
    cluster.jobs.clear()

    done = monitor.step()

    assert done is not None
    assert (done.state, done.why) == ("given_up", "it took longer than 7200 s")


def test_a_result_may_come_later_over_the_volume_than_the_end(
    jobs: KubernetesJobs, cluster: FakeCluster
) -> None:
    now = [0.0]
    jobs.monotonic = lambda: now[0]
    jobs.start(JOB)
    cluster.ends("Complete")
    assert jobs.look(JOB) == Running()
    now[0] = 121.0
    assert jobs.look(JOB) == Crashed("it completed and left no result")

    write(jobs, JOB, CHALLENGER)

    assert jobs.look(JOB) == CHALLENGER


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(Answer(401), JobRefused, id="a token that is no good"),
        pytest.param(Answer(403), JobRefused, id="a role that is missing"),
        pytest.param(Answer(422), JobRefused, id="a manifest that it does not take"),
        pytest.param(Answer(429), JobUnreachable, id="too many questions"),
        pytest.param(Answer(500), JobUnsure, id="an error of its own"),
    ],
)
def test_what_an_answer_means(
    jobs: KubernetesJobs, cluster: FakeCluster, answer: Answer, error: type[Exception]
) -> None:
    cluster.fault = lambda: answer

    with pytest.raises(error):
        jobs.start(JOB)


def test_an_api_that_cannot_be_read_says_nothing_of_a_job(
    jobs: KubernetesJobs, cluster: FakeCluster
) -> None:
    assert jobs.look(JOB) == Absent()
    for answer in (Answer(500), Answer(403), Answer(200, ["no job"])):
        cluster.fault = lambda answer=answer: answer  # type: ignore[misc]
        with pytest.raises(JobUnreachable):
            jobs.look(JOB)


def test_the_manifest_gives_a_job_no_more_than_it_needs() -> None:
    made = manifest(JOB.model_copy(update={"kind": "challenge", "bundle": BUNDLE}), POD)

    spec = made["spec"]
    pod = spec["template"]["spec"]
    container = pod["containers"][0]
    assert (spec["backoffLimit"], pod["restartPolicy"]) == (0, "Never")
    assert (spec["parallelism"], spec["completions"]) == (1, 1)
    assert spec["activeDeadlineSeconds"] == 7200
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["limits"] == {"memory": "4Gi"}
    challenge = f"{JOB.incident}-challenge"
    assert container["command"] == [
        "python3.11", "-m", "mooring.trainer", "challenge", "flight_delay", "--bundle", BUNDLE,
        "--incident", JOB.incident, "--result",
        f"/var/lib/mooring/monitor/jobs/{challenge}/result.json",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        pytest.param("m" * 64, "challenge", id="the longest name of a model"),
        pytest.param("a_", "retrain", id="one that ends with a line"),
    ],
)
def test_a_name_fits_into_a_label(model: str, kind: str) -> None:
    job = Job.model_validate(
        {"incident": f"{model}-20130612t101500-1a2b3c4d", "kind": kind, "model": model}
    )

    name = job_name(job)

    assert len(name) <= 63
    assert name.endswith(f"-20130612t101500-1a2b3c4d-{kind}-1")


def test_the_account_of_the_pod_is_found(tmp_path: Path) -> None:
    (tmp_path / "namespace").write_text(NAMESPACE)
    environ = {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"}

    remote, namespace = in_cluster(environ, tmp_path)

    assert (remote.url, namespace) == ("https://[fd00::1]:443", NAMESPACE)
    with pytest.raises(JobUnreachable, match="in no cluster"):
        in_cluster({}, tmp_path)


def test_only_the_clusters_own_certificate_is_believed(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    for name in ("ours", "others"):
        _certify(tmp_path, name)
    (tmp_path / "token").write_text("a-token\n")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "ours.crt", tmp_path / "ours.key")
    cluster = FakeCluster()
    with serving(cluster, context) as url:
        ours, others = (
            KubernetesJobs(
                Remote(url, tmp_path / "token", tmp_path / f"{name}.crt"), NAMESPACE, POD, tmp_path
            )
            for name in ("ours", "others")
        )
        ours.start(JOB)
        with pytest.raises(JobUnreachable):
            others.start(JOB)
    assert len(cluster.asked) == 1


def _certify(folder: Path, name: str) -> None:
    """A certificate for this machine that vouches for itself."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "1", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.crt")],
        check=True, capture_output=True,
    )  # fmt: skip
