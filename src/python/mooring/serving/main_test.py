"""The first process of a container ends by SIGTERM from its first moment on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

# Far more than the imports take on a busy machine.
PATIENCE = 60


def first_process(unshare: subprocess.Popen[bytes]) -> int:
    """The process that is number 1 of the new namespace, as it is numbered here."""
    children = Path(f"/proc/{unshare.pid}/task/{unshare.pid}/children")
    while unshare.poll() is None:
        if found := children.read_text().split():
            return int(found[0])
    pytest.skip("this machine does not let a test have a process namespace")


def test_a_service_told_to_end_while_it_starts_does_so(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may make a process namespace here")
    with subprocess.Popen(
        [
            *("unshare", "--pid", "--fork", "--kill-child"),
            # Without the handler, it ends by the error that there is no such Bento.
            *(sys.executable, "-m", "mooring.serving", str(tmp_path / "none")),
        ],
        env={**os.environ, "BENTOML_HOME": str(tmp_path), "BENTOML_DO_NOT_TRACK": "true"},
        stderr=subprocess.PIPE,
    ) as unshare:
        pid, end = first_process(unshare), time.monotonic() + PATIENCE
        while unshare.poll() is None and time.monotonic() < end:
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                break
            os.sched_yield()
        assert unshare.wait(PATIENCE) == 0, unshare.stderr.read() if unshare.stderr else b""
