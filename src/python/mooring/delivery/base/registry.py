"""A base pulled from a registry, by digest, with skopeo."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from mooring.delivery.base.errors import RegistryUnusable

# A tag may stand before the digest, which alone decides.
_REFERENCE = re.compile(
    r"docker://(?P<name>[^@\s]+?)(?::[\w.-]+)?@(?P<digest>sha256:[0-9a-f]{64})", re.ASCII
)
_LOOPBACK = re.compile(r"(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?/.*")


@dataclass(frozen=True)
class Reference:
    """An image in a registry: `host/repository`, and the digest of its index."""

    name: str
    digest: str

    @property
    def is_local(self) -> bool:
        """Whether the registry runs on this machine, where nobody has a certificate."""
        return bool(_LOOPBACK.fullmatch(self.name))

    def __str__(self) -> str:
        return f"docker://{self.name}@{self.digest}"


def reference_of(text: str) -> Reference:
    """Read `docker://host/repository@sha256:…`; raises RegistryUnusable."""
    match = _REFERENCE.fullmatch(text)
    if match is None:
        raise RegistryUnusable(
            "it is no reference by digest",
            place=text,
            cure="Write docker://host/repository@sha256:… with the digest of the image's index.",
        )
    return Reference(match["name"], match["digest"])


def pull_layout(reference: Reference, layout: Path, *, insecure: bool = False) -> Path:
    """Copy every platform of an image into the OCI layout `layout`; raises RegistryUnusable.

    `insecure` is for a registry without TLS.
    """
    if shutil.which("skopeo") is None:
        raise RegistryUnusable(
            "it is not installed", place="skopeo", cure="Install the package skopeo."
        )
    command = ["skopeo", "--insecure-policy", "copy", "--quiet", "--all", "--preserve-digests"]
    if insecure or reference.is_local:
        command.append("--src-tls-verify=false")
    done = subprocess.run(
        [*command, str(reference), f"oci:{layout}:base"],
        capture_output=True,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        raise RegistryUnusable(
            _said(done.stderr),
            place=str(reference),
            cure="Look at the reference, at the registry, and at skopeo login.",
        )
    return layout


def _said(stderr: str) -> str:
    """Skopeo's last message without its log's dressing."""
    lines = stderr.strip().splitlines() or ["skopeo failed and did not say why"]
    match = re.search(r'msg="(.*)"', lines[-1])
    return match[1].replace('\\"', '"') if match else lines[-1]
