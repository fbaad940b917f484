"""The real image archives on a real engine: loaded, run as in production, asked, and ended."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mooring.bundle.open import Bundle, open_bundle
from mooring.bundle.release import Released, read_release
from mooring.bundle.samples import samples_of
from mooring.delivery.oci.archive import open_archive
from mooring.delivery.oci.errors import ImageUnreadable
from tests.containers.archives import GATEWAY, SERVICE, engine_name, image_archive, tag_of
from tests.containers.cell import Unavailable, tool
from tests.containers.engine import Engine
from tests.containers.podman import Podman
from tests.containers.stack import HARDENED, Container, client, container, private_network

# Numbers for docs/build.md; they end up in the report of the run.
Recorder = Callable[[str, object], None]

MODEL = "flight_delay"
UID = "65532"
BOTH = pytest.mark.parametrize("place", [GATEWAY, SERVICE], ids=["gateway", MODEL])

# Answers are asked to let go of their connection for as long as this; senders learn of it with
# their next answer, hence within milliseconds, or a second where the machine does much else.
DRAIN = ("--env", "MOORING_DRAIN_SECONDS=5")


@pytest.fixture(scope="module")
def loaded(engine: Engine) -> Iterator[dict[str, str]]:
    """Both images in the engine, by the place of their archives."""
    archives = {place: image_archive(place) for place in (GATEWAY, SERVICE)}
    for archive in archives.values():
        engine.docker("load", "--input", str(archive.path))
    yield {place: tag_of(archive) for place, archive in archives.items()}
    if engine.own:  # it takes its images with it
        return
    names = [tag_of(each, kind) for each in archives.values() for kind in ("amd64", "arm64")]
    engine.docker("image", "rm", "--force", *names)


@pytest.fixture(scope="module")
def champion() -> Released:
    released = read_release(Path(f"models/{MODEL}/release.json"), model=MODEL).release.champion
    assert released is not None
    return released


@pytest.fixture(scope="module")
def bundle(champion: Released) -> Bundle:
    return open_bundle(Path(f"models/{MODEL}") / champion.location, expect=champion.bundle)


@dataclass(frozen=True)
class Stack:
    """Gateway and service on a private network, and somebody there who asks."""

    gateway: Container
    service: Container
    asker: Container
    boot_seconds: dict[str, float]

    def predict(self, body: str) -> list[float]:
        answer = self.asker.inside(
            "ask", "POST", f"http://gateway:8080/v1/models/{MODEL}:predict", body
        )
        assert answer["status"] == 200, answer
        return list(json.loads(answer["body"])["predictions"])


@pytest.fixture(scope="module")
def routing(tmp_path_factory: pytest.TempPathFactory, champion: Released) -> tuple[str, ...]:
    """The gateway's options: its routing document, and who may ask."""
    served = {"version": champion.version, "bundle": champion.bundle}
    target = {"urls": ["http://service:3000"], **served}
    document = {"format": 1, "version": 1, "models": {MODEL: {"champion": target}}}
    path = tmp_path_factory.mktemp("routing") / "routing.json"
    path.write_text(json.dumps(document))
    path.chmod(0o644)
    inside = "/etc/mooring/routing.json"
    mount = ("--volume", f"{path}:{inside}:ro", "--env", f"MOORING_ROUTING={inside}")
    return (*mount, "--env", "MOORING_GATEWAY_AUTH=none")


@contextmanager
def running_stack(
    engine: Engine, loaded: dict[str, str], routing: tuple[str, ...]
) -> Iterator[Stack]:
    """Both services, ready."""
    with ExitStack() as opened:
        network = opened.enter_context(private_network(engine))
        asker = opened.enter_context(client(engine, loaded[GATEWAY], network))
        seconds, started = {}, {}
        for name, place, port, options in (
            ("service", SERVICE, 3000, DRAIN),
            ("gateway", GATEWAY, 8080, (*routing, *DRAIN)),
        ):
            waiting = asker.begin_inside("ready", f"http://{name}:{port}/readyz")
            address = ("--network", network, "--network-alias", name)
            began = time.time()
            started[name] = opened.enter_context(
                container(engine, loaded[place], *HARDENED, *address, *options)
            )
            answered = json.loads(waiting.communicate()[0])["at"]
            assert answered, started[name].logs()
            seconds[name] = round(answered - began, 2)
        yield Stack(started["gateway"], started["service"], asker, seconds)


@pytest.fixture(scope="module")
def stack(engine: Engine, loaded: dict[str, str], routing: tuple[str, ...]) -> Iterator[Stack]:
    """A stack that no test ends."""
    with running_stack(engine, loaded, routing) as running:
        yield running


def test_a_flight_is_predicted_as_scikit_learn_did(
    stack: Stack, bundle: Bundle, record_testsuite_property: Recorder
) -> None:
    for name, seconds in stack.boot_seconds.items():
        record_testsuite_property(f"seconds from docker run to ready, {name}", seconds)
    samples = samples_of(bundle)[:10]
    body = json.dumps({"instances": [sample.instance for sample in samples]})
    tolerance = float(bundle.manifest.tolerance)
    assert stack.predict(body) == pytest.approx([s.prediction for s in samples], abs=tolerance)


def test_the_private_network_shows_metrics_and_leads_nowhere(
    stack: Stack, record_testsuite_property: Recorder
) -> None:
    for name in ("gateway", "service"):
        record_testsuite_property(f"memory, {name}", _memory(getattr(stack, name)))
    for url in ("http://gateway:9464/metrics", "http://service:3000/metrics"):
        answer = stack.asker.inside("ask", "GET", url)
        assert (answer["status"], "process_resident_memory_bytes" in answer["body"]) == (200, True)
    assert stack.asker.inside("connect", "192.0.2.1", "80") == "Network is unreachable"


def _memory(running: Container) -> str:
    return running.engine.docker("stats", "--no-stream", "--format", "{{.MemUsage}}", running.name)


@pytest.mark.parametrize("name", ["gateway", "service"])
def test_its_bounds_are_those_it_was_given(stack: Stack, name: str) -> None:
    """Once by the engine's word, once by what the kernel lets it do."""
    running: Container = getattr(stack, name)
    state = running.state()
    assert state["Config"]["User"] == f"{UID}:{UID}"
    assert state["HostConfig"]["ReadonlyRootfs"] is True
    assert state["HostConfig"]["CapDrop"] == ["ALL"]
    assert "no-new-privileges" in state["HostConfig"]["SecurityOpt"]

    process = running.inside("first_process")
    assert (process["Uid"], process["Gid"]) == ([UID] * 4, [UID] * 4)
    assert set(process["Groups"]) <= {UID}
    assert {int(process[kind][0], 16) for kind in ("CapEff", "CapPrm", "CapBnd", "CapAmb")} == {0}
    assert (process["NoNewPrivs"], process["Seccomp"]) == (["1"], ["2"])
    for place in ("/x", "/opt/mooring/x", "/usr/bin/x"):
        assert running.inside("write", place) == "Read-only file system"
    assert running.inside("write", "/tmp/x") is None
    assert running.inside("execute", "/tmp/y") == "Permission denied"


def test_sigterm_under_load_fails_nobody_and_ends_with_0(
    engine: Engine,
    loaded: dict[str, str],
    routing: tuple[str, ...],
    bundle: Bundle,
    record_testsuite_property: Recorder,
) -> None:
    """First the gateway, then the service: the order in which production ends them."""
    body, senders = json.dumps({"instances": [samples_of(bundle)[0].instance]}), "4"
    urls = (f"http://gateway:8080/v1/models/{MODEL}:predict", "http://service:3000/predict")
    with running_stack(engine, loaded, routing) as stack:
        for running, url in zip((stack.gateway, stack.service), urls, strict=True):
            found = _ended_under_load(stack.asker, running, url, body, senders)
            record_testsuite_property(f"answers around SIGTERM, {url}", found["answered"])
            assert (found["failed"], found["told"]) == ([], int(senders))


def _ended_under_load(
    asker: Container, running: Container, url: str, body: str, senders: str
) -> dict[str, Any]:
    loading = asker.begin_inside("load", url, body, senders)
    assert loading.stdout is not None
    assert loading.stdout.readline() == "started\n"
    running.signal("SIGTERM")
    assert running.exit_code() == 0, running.logs()
    return dict(json.loads(loading.communicate()[0]))


def test_a_service_without_any_network_becomes_ready(
    engine: Engine, loaded: dict[str, str]
) -> None:
    with container(engine, loaded[SERVICE], *HARDENED, "--network", "none") as alone:
        assert alone.inside("ready", "http://127.0.0.1:3000/readyz")["at"], alone.logs()
        assert alone.inside("connect", "192.0.2.1", "80") == "Network is unreachable"


def test_a_gateway_of_which_nobody_said_who_may_ask_does_not_start(
    engine: Engine, loaded: dict[str, str]
) -> None:
    with container(engine, loaded[GATEWAY], *HARDENED, "--network", "none") as alone:
        assert alone.exit_code() == 78
        assert "MOORING_GATEWAY_AUTH=none" in alone.logs()


@BOTH
def test_docker_loads_every_platform_under_its_own_digest(
    engine: Engine, loaded: dict[str, str], place: str
) -> None:
    """Docker knows an image by the digest of its configuration, a newer one by its manifest's."""
    archive = image_archive(place)
    for each in archive.platforms:
        found = engine.inspect(tag_of(archive, each.config["architecture"]))
        assert found["Id"] in (each.config_digest, each.digest)
        assert f"{found['Os']}/{found['Architecture']}" == each.platform


@BOTH
def test_containerd_keeps_every_platform_under_the_images_digest(
    engine: Engine, place: str
) -> None:
    """Newer engines of Docker leave their images to it."""
    if engine.own is None:
        pytest.skip("a Docker engine runs here already, and its containerd is its own affair")
    archive, ctr = image_archive(place), (tool("ctr"), "--address", engine.containerd)
    engine.own.run(*ctr, "image", "import", "--all-platforms", str(archive.path))
    listed = engine.own.run(*ctr, "image", "ls", f"name=={engine_name(archive)}").stdout
    assert archive.digest in listed
    assert "linux/amd64,linux/arm64" in listed


@BOTH
def test_podman_loads_it_under_its_digest_and_runs_it(podman: Podman, place: str) -> None:
    archive = image_archive(place)
    podman.podman("load", "--input", str(archive.path))
    (found,) = [each for each in podman.images() if each["Digest"] == archive.digest]
    amd64 = next(each for each in archive.platforms if each.platform == "linux/amd64")
    assert f"sha256:{found['Id']}" == amd64.config_digest
    assert found["RepoTags"] == [engine_name(archive)]
    script = ["python3.11", "-c", "import os; print(os.getuid(), os.getgid())"]
    printed = podman.podman(
        *("run", "--rm", "--network", "none", "--cgroup-parent", podman.cgroup, *HARDENED),
        *("--entrypoint", json.dumps(script), found["Id"]),
    )
    assert printed == f"{UID} {UID}"


@BOTH
def test_skopeo_copies_it_whole_and_keeps_its_digest(place: str, tmp_path: Path) -> None:
    skopeo, archive = _installed("skopeo"), image_archive(place)
    source = f"oci-archive:{archive.path}"
    subprocess.run([skopeo, "copy", "--quiet", "--all", source, f"oci:{tmp_path}/copy"], check=True)
    (entry,) = json.loads((tmp_path / "copy/index.json").read_text())["manifests"]
    assert entry["digest"] == archive.digest


@BOTH
def test_skopeo_reads_dockers_half_of_it(place: str) -> None:
    skopeo, archive = _installed("skopeo"), image_archive(place)
    for each in archive.platforms:
        name = tag_of(archive, each.config["architecture"])
        done = subprocess.run(
            [skopeo, "inspect", "--raw", f"docker-archive:{archive.path}:{name}"],
            check=True, capture_output=True,
        )  # fmt: skip
        assert json.loads(done.stdout)["config"]["digest"] == each.config_digest


CUTS = [
    pytest.param(0.02, id="in its first layer"),
    pytest.param(0.5, id="in the middle"),
    pytest.param(0.999, id="shortly before its end"),
]


@pytest.fixture(params=CUTS)
def cut(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """An archive that somebody stopped copying."""
    path = tmp_path / "image.tar"
    shutil.copyfile(image_archive(GATEWAY).path, path)
    with path.open("r+b") as file:
        file.truncate(int(path.stat().st_size * request.param))
    return path


def test_docker_takes_nothing_of_an_archive_cut_short(engine: Engine, cut: Path) -> None:
    before = set(engine.docker("images", "--quiet", "--all").split())
    assert engine.attempt("load", "--input", str(cut)).returncode != 0
    assert set(engine.docker("images", "--quiet", "--all").split()) == before


def test_podman_takes_nothing_of_an_archive_cut_short(podman: Podman, cut: Path) -> None:
    before = [each["Id"] for each in podman.images()]
    assert podman.attempt("load", "--input", str(cut)).returncode != 0
    assert [each["Id"] for each in podman.images()] == before


def test_skopeo_copies_no_archive_cut_short(cut: Path, tmp_path: Path) -> None:
    target = f"oci:{tmp_path}/copy"
    command = [_installed("skopeo"), "copy", "--quiet", "--all", f"oci-archive:{cut}", target]
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0


def test_we_say_that_it_is_cut_short(cut: Path) -> None:
    with pytest.raises(ImageUnreadable, match="it is no whole tar archive"):
        open_archive(cut)


def _installed(program: str) -> str:
    try:
        return tool(program)
    except Unavailable as reason:
        pytest.skip(str(reason))
