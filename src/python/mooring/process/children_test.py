from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from mooring.process.children import Child, Processes, stop
from mooring.process.errors import ProcessFailed

WAITS = "import signal; print('ready', flush=True); signal.pause()"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {WAITS}"


def python(script: str) -> list[str]:
    return [sys.executable, "-c", script]


def wait_for(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_children_end_with_the_context_however_it_is_left(tmp_path: Path) -> None:
    children: list[Child] = []

    def work_and_fail() -> None:
        with Processes(tmp_path) as processes:
            children.append(processes.start("waits", python(WAITS), {}))
            processes.wait_until(
                children[0], lambda: "ready" in children[0].log.read_text(), seconds=20
            )
            raise RuntimeError("something else broke")

    with pytest.raises(RuntimeError):
        work_and_fail()

    assert children[0].process.returncode == -signal.SIGTERM


def test_a_child_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    processes = Processes(tmp_path)
    child = processes.start("stubborn", python(STUBBORN), {})
    processes.wait_until(child, lambda: "ready" in child.log.read_text(), 20)

    stop(child.process, seconds=0.1)

    assert child.process.returncode == -signal.SIGKILL


def test_a_child_that_ends_is_reported_with_its_last_words(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        child = processes.start("dies", python("raise SystemExit('no disk')"), {})
        with pytest.raises(ProcessFailed, match=r"(?s)dies: it ended with status 1.*no disk"):
            processes.wait_until(child, lambda: False, 20)


def test_a_child_that_is_never_ready_is_reported_after_its_time(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        child = processes.start("waits", python(WAITS), {})
        with pytest.raises(ProcessFailed, match="not ready within 0 s"):
            processes.wait_until(child, lambda: False, 0.2)


def test_the_children_of_a_killed_parent_end_too(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        python(
            "import signal, sys\n"
            "from pathlib import Path\n"
            "from mooring.process.children import Processes\n"
            f"with Processes(Path({str(tmp_path)!r})) as processes:\n"
            f"    child = processes.start('waits', [sys.executable, '-c', {WAITS!r}], {{}})\n"
            "    processes.wait_until(child, lambda: 'ready' in child.log.read_text(), 20)\n"
            "    print(child.process.pid, flush=True)\n"
            "    signal.pause()\n"
        ),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())

    parent.kill()
    parent.wait()
    parent.stdout.close()

    assert wait_for(lambda: not alive(child))


def test_who_waits_for_other_things_hears_of_an_end(tmp_path: Path) -> None:
    ended = Event()
    with Processes(tmp_path) as processes:
        child = processes.start("waits", python(WAITS), {})
        processes.set_at_end(child, ended)
        assert not ended.wait(0.2)
        child.process.kill()
        assert ended.wait(20)
