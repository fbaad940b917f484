"""`mooring images publish` and `show`, against a real registry; the killed ones are processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from typer.testing import CliRunner, Result

from mooring.cli import git
from mooring.cli.app import app
from mooring.cli.workspace import Workspace
from mooring.delivery.oci.archive import ImageArchive
from mooring.delivery.publish.lock import IMAGES_LOCK, read_images_lock
from mooring.delivery.publish.testing.faults import Asked, Fault, Hold, Status, bad_way
from mooring.delivery.publish.testing.images import write_small_image
from mooring.delivery.publish.testing.registry import RunningRegistry, running_registry
from mooring.delivery.publish.weight import GATEWAY_BYTES
from mooring.process.tree import is_alive, members

# Skopeo ends at once; a machine that does much else may take a while to say so.
SECONDS = 60


@dataclass(frozen=True)
class Checkout:
    """A checkout of the test's own with everything committed, and the command that works in it."""

    space: Workspace

    def command(self, *arguments: object) -> list[str]:
        where = ["--workspace", str(self.space.root), "--home", str(self.space.home)]
        return [*where, "images", *map(str, arguments)]

    def mooring(self, *arguments: object) -> Result:
        return CliRunner().invoke(app, self.command(*arguments))

    def publish(self, host: str, *arguments: object) -> Result:
        return self.mooring("publish", "--registry", host, "--insecure", *arguments)

    def start(self, host: str, scratch: Path) -> subprocess.Popen[str]:
        """Publish in a process of its own, whose temporary files lie in `scratch`."""
        path = os.pathsep.join(os.path.abspath(part) for part in sys.path if part)
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "mooring.cli"),
                *self.command("publish", "--registry", host, "--insecure"),
            ],
            env={**os.environ, "PYTHONPATH": path, "TMPDIR": str(scratch)},
            text=True,
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def image(self, name: str = "gateway", **more: Any) -> ImageArchive:
        path = self.space.root / "dist" / f"some.{name}" / "image.tar"
        return write_small_image(path, name, **more)

    @property
    def lock(self) -> Path:
        return self.space.root / IMAGES_LOCK


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    root = tmp_path / "checkout"
    git.init(root)
    (root / ".gitignore").write_text("/dist/\n")
    git.commit(root, [root / ".gitignore"], "Begin")
    return Checkout(Workspace(root, tmp_path / "home"))


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[RunningRegistry]:
    with running_registry(tmp_path / "registry") as running:
        yield running


def test_all_images_of_a_checkout_are_published_and_a_second_time_none(
    checkout: Checkout, registry: RunningRegistry
) -> None:
    archives = [checkout.image("flight_delay"), checkout.image("gateway")]

    first = json.loads(checkout.publish(registry.host, "--json").stdout)
    writes = registry.writes()
    second = json.loads(checkout.publish(registry.host, "--json").stdout)

    assert [(each["image"], each["state"]) for each in first] == [
        ("flight_delay", "pushed"),
        ("gateway", "pushed"),
    ]
    assert first[0]["reference"] == (f"{registry.host}/mooring/flight_delay@{archives[0].digest}")
    assert [(each["state"], each["sent"]) for each in second] == [("present", 0)] * 2
    assert registry.writes() == writes
    assert set(read_images_lock(checkout.lock).images) == {"flight_delay", "gateway"}


def test_people_are_told_what_was_sent(checkout: Checkout, registry: RunningRegistry) -> None:
    archive = checkout.image()

    done = checkout.publish(registry.host)

    assert done.exit_code == 0
    assert "pushed" in done.stdout
    assert f"{registry.host}/mooring/gateway@{archive.digest}" in done.stdout, "whole, to be copied"
    assert "Publishing gateway" in done.stderr


def test_a_dry_run_says_what_is_missing_and_changes_nothing(
    checkout: Checkout, registry: RunningRegistry
) -> None:
    archive = checkout.image()
    (checkout.space.root / "new.py").write_text("")

    (told,) = json.loads(checkout.publish(registry.host, "--dry-run", "--json").stdout)

    assert (told["state"], told["sent"], told["digest"]) == ("missing", 0, archive.digest)
    assert told["bytes"] == sum(each["size"] for each in archive.descriptors())
    assert registry.writes() == []
    assert not checkout.lock.exists()


def test_a_changed_checkout_is_refused_with_its_files_unless_it_is_allowed(
    checkout: Checkout, registry: RunningRegistry
) -> None:
    checkout.image()
    (checkout.space.root / ".gitignore").write_text("/dist/\n/home/\n")
    for number in range(6):
        (checkout.space.root / f"new{number}.py").write_text("")

    refused = checkout.publish(registry.host)

    assert refused.exit_code == 1
    assert "7 uncommitted: .gitignore, new0.py" in refused.stderr
    assert "and 2 more" in refused.stderr
    assert "--allow-dirty" in refused.stderr
    assert registry.requests() == []
    assert checkout.publish(registry.host, "--allow-dirty").exit_code == 0


def test_the_record_itself_may_be_uncommitted(
    checkout: Checkout, registry: RunningRegistry
) -> None:
    checkout.image()
    assert checkout.publish(registry.host).exit_code == 0
    assert git.uncommitted(checkout.space.root) == [str(IMAGES_LOCK)]

    assert checkout.publish(registry.host).exit_code == 0


def test_a_folder_without_history_is_refused(tmp_path: Path) -> None:
    bare = Checkout(Workspace(tmp_path / "bare", tmp_path))
    bare.space.root.mkdir()

    refused = bare.publish("registry.example")

    assert refused.exit_code == 1
    assert "it is no git checkout. Add --allow-dirty" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param([], "there is no image archive", id="nothing packaged"),
        pytest.param(["no.tar"], "there is no such file", id="a file that is not there"),
    ],
)
def test_without_archives_it_says_how_to_make_them(
    checkout: Checkout, arguments: list[str], said: str
) -> None:
    refused = checkout.publish("registry.example", *arguments)

    assert refused.exit_code == 1
    assert said in refused.stderr
    assert "./pants package" in refused.stderr


def test_one_archive_cut_short_keeps_all_from_being_pushed(
    checkout: Checkout, registry: RunningRegistry
) -> None:
    checkout.image("flight_delay")
    cut = checkout.image("gateway").path
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])

    refused = checkout.publish(registry.host)

    assert refused.exit_code == 1
    assert str(cut) in refused.stderr.replace("\n", "")
    assert registry.requests() == []


def test_what_was_published_before_a_failure_stays_recorded_and_is_told(
    checkout: Checkout, registry: RunningRegistry
) -> None:
    checkout.image("flight_delay")
    checkout.image("gateway")

    def plan(asked: Asked) -> Fault | None:
        return Status(403) if "gateway" in asked.path else None

    with bad_way(registry.host, plan) as way:
        failed = checkout.publish(way.host)

    assert failed.exit_code == 1
    assert "access denied" in failed.stderr
    assert "flight_delay" in failed.stdout
    assert set(read_images_lock(checkout.lock).images) == {"flight_delay"}
    assert [tag.partition(":")[0] for tag in registry.tags()] == ["mooring/flight_delay"]


def test_a_password_in_the_name_of_the_registry_is_not_repeated(checkout: Checkout) -> None:
    checkout.image()

    refused = checkout.publish("sailor:anchorage@registry.example")

    assert refused.exit_code == 1
    assert "anchorage" not in refused.output
    assert "skopeo login" in refused.stderr


def _end_politely(publisher: subprocess.Popen[str]) -> None:
    publisher.send_signal(signal.SIGTERM)


def _interrupt(publisher: subprocess.Popen[str]) -> None:
    publisher.send_signal(signal.SIGINT)


def _kill(publisher: subprocess.Popen[str]) -> None:
    publisher.kill()


def _kill_skopeo(publisher: subprocess.Popen[str]) -> None:
    (skopeo,) = psutil.Process(publisher.pid).children()
    skopeo.kill()


@pytest.mark.parametrize(
    ("end", "status"),
    [
        pytest.param(_end_politely, 128 + signal.SIGTERM, id="by SIGTERM"),
        pytest.param(_interrupt, 128 + signal.SIGINT, id="by Ctrl-C"),
        pytest.param(_kill, -signal.SIGKILL, id="by SIGKILL"),
        pytest.param(_kill_skopeo, 1, id="by the death of skopeo"),
    ],
)
@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(("PATCH", 2), id="in the third layer"),
        pytest.param(("PUT", -1), id="at the tag, when all else is there"),
    ],
)
def test_a_push_that_is_ended_leaves_no_tag_no_line_no_child_and_the_next_completes(
    checkout: Checkout,
    registry: RunningRegistry,
    end: Callable[[subprocess.Popen[str]], None],
    status: int,
    moment: tuple[str, int],
) -> None:
    archive, hold = checkout.image(), Hold()
    method, number = moment

    def plan(asked: Asked) -> Fault | None:
        last = "manifests/h-" in asked.path if number < 0 else asked.before == number
        return hold if asked.method == method and last else None

    with tempfile.TemporaryDirectory() as scratch, bad_way(registry.host, plan) as way:
        publisher = checkout.start(way.host, Path(scratch))
        assert hold.reached.wait(SECONDS)
        family = members(publisher.pid)
        assert "skopeo" in [process.name() for process in family]
        end(publisher)
        publisher.communicate(timeout=SECONDS)
        psutil.wait_procs(family, timeout=SECONDS)

        assert [process for process in family if is_alive(process)] == []
        # Only who is killed cannot clean up.
        assert os.listdir(scratch) == [] or end is _kill

    assert publisher.returncode == status
    assert registry.tags() == set()
    assert not checkout.lock.exists()

    assert checkout.publish(registry.host).exit_code == 0
    assert registry.tags() == {f"mooring/gateway:{archive.tag}"}
    assert read_images_lock(checkout.lock).image("gateway").digest == archive.digest


def test_where_skopeo_is_missing_it_says_how_to_get_it(
    checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.image()
    monkeypatch.setenv("PATH", str(tmp_path))

    refused = checkout.publish("registry.example", "--allow-dirty")

    assert refused.exit_code == 1
    assert "apt install skopeo" in refused.stderr


def test_show_names_every_layer_and_its_weight(checkout: Checkout) -> None:
    archive = checkout.image()

    done = checkout.mooring("show")
    (told,) = json.loads(checkout.mooring("show", "--json").stdout)

    assert done.exit_code == 0
    for title in ("base", "libraries", "code"):
        assert title in done.stdout
    assert "budget 60.00 MB" in done.stdout
    assert told["digest"] == archive.digest
    assert [each["platform"] for each in told["platforms"]] == ["linux/amd64", "linux/arm64"]
    for each in told["platforms"]:
        assert each["base"] + each["above"] == sum(layer["bytes"] for layer in each["layers"])


def test_show_exits_with_1_for_an_image_over_its_budget(checkout: Checkout) -> None:
    checkout.image(layers={"libraries": GATEWAY_BYTES + 1})

    done = checkout.mooring("show")

    assert done.exit_code == 1
    assert "over it" in done.stdout
