"""The two things asked of a registry, by skopeo: what a tag is, and to take an image.

Its trust policy, its credentials and its certificates are the machine's own.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from signal import Signals

from mooring.delivery.oci.blobs import digest_of
from mooring.delivery.publish.answers import Answer, answer_of
from mooring.delivery.publish.errors import (
    PublishError,
    RegistryRefused,
    RegistryUnreachable,
    SkopeoUnusable,
)
from mooring.process.children import POLL_SECONDS, Processes

LOGIN = (
    "Log in first (skopeo login <host>), or point REGISTRY_AUTH_FILE to a file with credentials "
    "that may push there."
)
_CURES = {
    "server gave HTTP response": "It speaks plain HTTP: add --insecure if that is what you want.",
    "x509": "Put the authority's certificate below /etc/containers/certs.d/<host>/.",
    "no such host": "Check the name given to --registry.",
}
# The last request of an upload names the blob; the other requests are questions and beginnings.
_UPLOADED = re.compile(r"PUT \S*/blobs/uploads/\S*digest=sha256(?:%3A|:)([0-9a-f]{64})")


@dataclass(frozen=True)
class Ended:
    """A run of skopeo: its exit status, what it printed, and where its answer lies."""

    status: int
    log: str
    answer: Path


@dataclass(frozen=True)
class Skopeo:
    """`scratch` is a folder of this run's own; `insecure` allows plain HTTP."""

    scratch: Path
    insecure: bool = False

    def digest_at(self, repository: str, tag: str, seconds: float) -> str | None:
        """Digest of what a tag names, None if there is no such tag. Raises PublishError."""
        verify = f"--tls-verify={_flag(not self.insecure)}"
        ended = self._run(seconds, "inspect", verify, "--raw", f"docker://{repository}:{tag}")
        if ended.status == 0:
            return digest_of(ended.answer.read_bytes())
        answer = _answer(ended, repository)
        if answer.kind == "missing":
            return None
        raise _refusal(answer, repository)

    def push(
        self,
        layout: Path,
        repository: str,
        tag: str,
        seconds: float,
        watch: Callable[[set[str]], None],
    ) -> set[str]:
        """Push the image of an OCI layout: blobs first, then its manifests, then the tag.

        Gives the hex digests of the blobs that travelled; `watch` is told them as they do. Raises
        PublishError.
        """
        verify = f"--dest-tls-verify={_flag(not self.insecure)}"
        # Without the format it hides why an index was not taken behind a second try at another one.
        what = ["copy", "--all", "--preserve-digests", "--format", "oci", verify]
        where = [f"oci:{layout}", f"docker://{repository}:{tag}"]
        sent: set[str] = set()

        def look(log: str) -> None:
            if (now := set(_UPLOADED.findall(log))) != sent:
                sent.update(now)
                watch(sent)

        # Only in its debug log does it say which blobs it sent and which it found there.
        ended = self._run(seconds, "--debug", *what, *where, look=look)
        if ended.status == 0:
            return sent
        raise _refusal(_answer(ended, repository), repository)

    def _run(
        self, seconds: float, *arguments: str, look: Callable[[str], None] = lambda log: None
    ) -> Ended:
        """Run skopeo for at most `seconds`; it ends with this process and when this is left."""
        program = shutil.which("skopeo")
        if program is None:
            raise SkopeoUnusable(
                "skopeo is not installed",
                place="PATH",
                cure="Debian and Ubuntu: apt install skopeo.",
            )
        answer = self.scratch / "answer"
        # What it answers and what it says must not mix: the first is hashed.
        command = ["sh", "-c", 'exec "$@" >"$0"', str(answer), program, *arguments]
        deadline = time.monotonic() + seconds
        with Processes(self.scratch) as processes:
            child = processes.start("skopeo", command, {})
            while child.process.poll() is None:
                if time.monotonic() > deadline:
                    raise RegistryUnreachable(f"no answer within {seconds:.0f} s")
                look(_text(child.log))
                time.sleep(POLL_SECONDS)
            look(_text(child.log))
            return Ended(child.process.returncode, _text(child.log), answer)


def _answer(ended: Ended, repository: str) -> Answer:
    if ended.status < 0:
        raise SkopeoUnusable(
            f"skopeo was ended by {Signals(-ended.status).name}",
            place=repository,
            cure="Nothing was published under the tag; run the command again.",
        )
    return answer_of(ended.log)


def _refusal(answer: Answer, repository: str) -> PublishError:
    """The error for an answer; never with credentials, which skopeo does not print either."""
    if answer.kind == "transient":
        return RegistryUnreachable(answer.words, place=repository, cure="Try again later.")
    if answer.kind == "denied":
        return RegistryRefused(f"access denied ({answer.words})", place=repository, cure=LOGIN)
    if answer.kind == "missing":
        cure = "Create the repository there, or check the prefix given to --registry."
        return RegistryRefused(answer.words, place=repository, cure=cure)
    cure = next((cure for words, cure in _CURES.items() if words in answer.words), "")
    return RegistryRefused(
        answer.words, place=repository, cure=cure or "See what the registry says of it."
    )


def _text(log: Path) -> str:
    return log.read_text(errors="replace")


def _flag(value: bool) -> str:
    return str(value).lower()
