"""BentoML's own builder, in a process that has nothing of this machine: no home, no index, no clock
of its own zone, and no network to want.

A process of its own because the builder imports the service: out of the Bento's sources, not out of
those that run the build.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from mooring.delivery.bento.errors import BuilderFailed

_LINES_SHOWN = 8

# BentoML 1.4.39 looks for uv before it asks whether there is anything to resolve, and installs it
# from the index where it finds none. It finds this one, and would hear from it if it ever used it.
_NO_UV = (
    "#!/bin/sh\necho 'a Bento is built from a finished lock: nothing is resolved' >&2\nexit 1\n"
)


def run_builder(context: Path, version: str, home: Path) -> Path:
    """Build the Bento of the folder `context` under `version` and return its folder below `home`.

    Raises BuilderFailed.
    """
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "uv").write_text(_NO_UV)
    (home / "bin" / "uv").chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-m", "bentoml", "build", "--version", version],
        env=_environment(home),
        cwd=context,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise _failed(context, done.stdout + done.stderr)
    (built,) = (home / "bentos").glob(f"*/{version}")
    return built


def _environment(home: Path) -> Mapping[str, str]:
    return {
        "PATH": str(home / "bin"),
        "HOME": str(home),
        "TMPDIR": str(home),
        "BENTOML_HOME": str(home),
        "BENTOML_DO_NOT_TRACK": "true",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
        # Neither the folder it is started in nor the user's own libraries.
        "PYTHONSAFEPATH": "1",
        "PYTHONNOUSERSITE": "1",
    }


def _failed(context: Path, words: str) -> BuilderFailed:
    lines = [line for line in words.replace(str(context), "src").splitlines() if line.strip()]
    return BuilderFailed(
        "BentoML's builder did not succeed",
        place="bentoml build",
        cure="Its last words:\n" + "\n".join(lines[-_LINES_SHOWN:]),
    )
