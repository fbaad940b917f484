from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from mooring.serving.orphan import SUPERVISOR

PROGRAM = """
import sys; sys.path[:] = {path!r}
from mooring.serving.orphan import end_with_supervisor
end_with_supervisor()
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks the Linux kernel")
@pytest.mark.parametrize(
    ("environ", "code"),
    [
        pytest.param({SUPERVISOR: str(os.getpid())}, 0, id="its supervisor lives"),
        pytest.param({SUPERVISOR: "0"}, -signal.SIGTERM, id="its supervisor is gone already"),
        pytest.param({}, 0, id="it has no supervisor"),
    ],
)
def test_a_worker_goes_on_only_under_its_supervisor(environ: dict[str, str], code: int) -> None:
    command = [sys.executable, "-c", PROGRAM.format(path=sys.path)]
    assert subprocess.run(command, env=environ, check=False).returncode == code
