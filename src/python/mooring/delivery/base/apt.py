"""Apt with a state of its own: it asks this machine's mirrors and trusts this machine's keys, but
reads and changes nothing of what is installed here. It needs no root and any architecture will do.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mooring.delivery.base.errors import AptUnusable
from mooring.delivery.base.packages import Candidate
from mooring.delivery.base.sources import PREFERENCES, sources_for

# How this machine reaches its mirrors (proxies, credentials, clocks) is kept; hooks are not.
_KEPT_SETTINGS = "Acquire::"

_ERRORS_SHOWN = 3


@dataclass(frozen=True)
class Apt:
    """A private state for one architecture, in a folder; updated."""

    folder: Path
    architecture: str

    def newest(self, names: Iterable[str]) -> list[Candidate]:
        """The version that apt would install, of each package that it knows."""
        return self._show(["--no-all-versions", *names])

    def offered(self, names: Iterable[str]) -> list[Candidate]:
        """Every version that a mirror has."""
        return self._show(["--all-versions", *names])

    def download(self, packages: Iterable[Candidate]) -> list[Path]:
        """Fetch packages by version; apt checks them against what Debian signed.

        Raises AptUnusable.
        """
        into = self.folder / "debs"
        into.mkdir(exist_ok=True)
        names = [f"{package.name}={package.version}" for package in packages]
        self._run(["apt-get", "--quiet", "download", *names], within=into)
        return sorted(into.glob("*.deb"))

    def update(self) -> None:
        """Fetch the lists of packages; raises AptUnusable when one of them cannot be had."""
        self._run(["apt-get", "--quiet", "--error-on=any", "update"])

    def _show(self, arguments: Sequence[str]) -> list[Candidate]:
        # Status 100 when one of the names is unknown; who asked compares names.
        shown = self._run(["apt-cache", "--quiet", "show", *arguments], may_end_with=(0, 100))
        return [_candidate(text) for text in shown.split("\n\n") if text.strip()]

    def _run(
        self,
        command: Sequence[str],
        *,
        within: Path | None = None,
        may_end_with: Sequence[int] = (0,),
    ) -> str:
        environ = {**os.environ, "APT_CONFIG": str(self.folder / "apt.conf"), "LC_ALL": "C"}
        done = _called(command, environ, within)
        if done.returncode not in may_end_with:
            raise AptUnusable(
                _said(done.stderr), place=command[0], cure="Look at this machine's sources of apt."
            )
        return done.stdout


def private_apt(folder: Path, suite: str, architecture: str, sources: Path | None = None) -> Apt:
    """Make a state in the empty `folder`, with `sources` or this machine's, and update it.

    Raises AptUnusable.
    """
    for part in ("state/lists/partial", "cache/archives/partial"):
        (folder / part).mkdir(parents=True)
    (folder / "status").touch()
    (folder / "preferences").write_text(PREFERENCES)
    stanzas = sources_for(suite, [sources] if sources else _source_files())
    (folder / "debian.sources").write_text(stanzas)
    (folder / "apt.conf").write_text(_configuration(folder, architecture))
    apt = Apt(folder, architecture)
    apt.update()
    return apt


def _configuration(folder: Path, architecture: str) -> str:
    """This machine's ways to reach mirrors, and everything else ours."""
    dump = _asked(["apt-config", "dump"])
    kept = [line for line in dump.splitlines() if line.startswith(_KEPT_SETTINGS)]
    ours = {
        "Acquire::Languages": "none",
        "APT::Architecture": architecture,
        "APT::Architectures": architecture,
        # The folder is ours: nobody else could write there.
        "APT::Sandbox::User": "root",
        "Dir::Cache": str(folder / "cache"),
        "Dir::Etc::main": "/dev/null",
        "Dir::Etc::parts": "/dev/null",
        "Dir::Etc::preferences": str(folder / "preferences"),
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::Etc::sourcelist": str(folder / "debian.sources"),
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State": str(folder / "state"),
        "Dir::State::status": str(folder / "status"),
    }
    return "\n".join([*kept, *(f'{name} "{value}";' for name, value in ours.items()), ""])


def _source_files() -> list[Path]:
    found = _asked(["apt-config", "shell", "LIST", "Dir::Etc::sourcelist/f",
                    "PARTS", "Dir::Etc::sourceparts/d"])  # fmt: skip
    places = dict(word.split("=", 1) for word in shlex.split(found))
    parts = Path(places["PARTS"])
    files = [*parts.glob("*.list"), *parts.glob("*.sources")] if parts.is_dir() else []
    return [path for path in (Path(places["LIST"]), *sorted(files)) if path.is_file()]


def _candidate(text: str) -> Candidate:
    fields = dict(re.findall(r"^([A-Za-z0-9-]+): (.*)$", text, flags=re.MULTILINE))
    return Candidate(
        fields["Package"],
        fields["Version"],
        fields["Architecture"],
        fields["SHA256"],
        ", ".join(filter(None, (fields.get("Pre-Depends"), fields.get("Depends")))),
    )


def _asked(command: Sequence[str]) -> str:
    if shutil.which(command[0]) is None:
        raise AptUnusable(
            "it is not installed",
            place=command[0],
            cure="Make the base on Debian or Ubuntu, or pull it from a registry with --from.",
        )
    return _called(command, os.environ, None).stdout


def _called(
    command: Sequence[str], environ: Mapping[str, str], within: Path | None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=dict(environ), cwd=within, capture_output=True, text=True, errors="replace",
        stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip


def _said(stderr: str) -> str:
    """The errors among what apt printed, in one line."""
    lines = [line[2:].strip() for line in stderr.splitlines() if line.startswith("E:")]
    return "; ".join(lines[:_ERRORS_SHOWN]) or "it failed and did not say why"
