"""Where images go: `registry.example:5000/team` and the image `gateway` make the repository
`registry.example:5000/team/mooring/gateway`.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from mooring.delivery.oci.layout import REPOSITORY
from mooring.delivery.publish.errors import RegistryUnnamed

# A part of a repository's path:
# https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
PATH_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?"
_REGISTRY = re.compile(rf"{_HOST}(?:/{PATH_PART})*")


def repository_at(registry: str, name: str) -> str:
    """The repository of an image. Raises RegistryUnnamed, without repeating what was given: a URL
    may hold a password.

    >>> repository_at("localhost:5000/team/", "gateway")
    'localhost:5000/team/mooring/gateway'
    """
    if not _REGISTRY.fullmatch(registry.removesuffix("/")):
        raise RegistryUnnamed(
            "this is no registry",
            place="--registry",
            cure="Give a host, with a port and a prefix if need be and nothing else: "
            "registry.example:5000/team. Credentials belong to skopeo login.",
        )
    return f"{registry.removesuffix('/')}/{REPOSITORY}/{name}"


def is_loopback(repository: str) -> bool:
    """Whether a repository lies on this machine, where nobody can listen in.

    >>> is_loopback("127.0.0.1:5000/mooring/gateway"), is_loopback("registry.example/gateway")
    (True, False)
    """
    host = urlsplit(f"//{repository}").hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
