"""A page as a headless Chromium shows it: what became of it, and what it complained of."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--dump-dom",
)  # fmt: skip
_CONSOLE = re.compile(r":CONSOLE[:(].*")


@dataclass(frozen=True)
class Shown:
    """The document as it stands in the browser, and the lines of its console."""

    document: str
    console: tuple[str, ...]


def shown(chromium: str, page: Path, profile: Path) -> Shown:
    """Open a file; `profile` is a folder for the browser alone, which no name leads out of."""
    done = subprocess.run(
        [chromium, *_FLAGS, f"--user-data-dir={profile}", page.absolute().as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return Shown(done.stdout, tuple(_CONSOLE.findall(done.stderr)))
