"""One platform's files: those of the packages, and the few that their scripts would have made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mooring.delivery.base.deb import MERGED, Deb
from mooring.delivery.base.errors import PackageTampered
from mooring.delivery.base.packages import is_kept
from mooring.delivery.oci.entries import Entry

# As in distroless images: nobody's number on a host, and no name that a base may have taken.
USER_ID = 65532
USER = "mooring"

CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"

_MOZILLA = "usr/share/ca-certificates/mozilla/"

# Its home is the one folder where it may write.
_PASSWD = f"""\
root:x:0:0:root:/root:/usr/sbin/nologin
{USER}:x:{USER_ID}:{USER_ID}:{USER}:/tmp:/usr/sbin/nologin
"""
_GROUP = f"""\
root:x:0:
{USER}:x:{USER_ID}:
"""
_NSSWITCH = """\
passwd: files
group: files
hosts: files dns
networks: files
protocols: files
services: files
ethers: files
rpc: files
"""

# Mount points, and what has rights of its own.
_FOLDERS = {"dev": 0o755, "proc": 0o755, "root": 0o700, "run": 0o755, "sys": 0o755, "tmp": 0o1777}

# OpenSSL looks below /usr/lib/ssl; the package that fills it is left out.
_LINKS = {
    "etc/localtime": "/usr/share/zoneinfo/Etc/UTC",
    "usr/lib/ssl/cert.pem": f"/{CERTIFICATES}",
    "usr/lib/ssl/certs": "/etc/ssl/certs",
    "var/run": "/run",
}


def filesystem_of(debs: Sequence[Deb]) -> list[Entry]:
    """The entries of the base with these packages; raises PackageTampered when two claim a path."""
    packaged = _packaged(debs)
    certificates = [e for path, e in sorted(packaged.items()) if path.startswith(_MOZILLA)]
    kept = [entry for path, entry in packaged.items() if is_kept(path)]
    return [*kept, *_own(certificates), *_links(kept), *_statuses(debs)]


def _packaged(debs: Iterable[Deb]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for deb in debs:
        for entry in deb.entries:
            if found.setdefault(entry.path, entry) != entry:
                raise PackageTampered(
                    f"another package has /{entry.path} too",
                    place=deb.field("Package"),
                    cure="Drop one of the two in mooring/delivery/base/packages.py.",
                )
    return found


def _own(certificates: Iterable[Entry]) -> Iterator[Entry]:
    bundle = b"".join(entry.content for entry in certificates if isinstance(entry.content, bytes))
    yield Entry(CERTIFICATES, content=bundle)
    yield Entry("etc/group", content=_GROUP.encode())
    yield Entry("etc/nsswitch.conf", content=_NSSWITCH.encode())
    yield Entry("etc/passwd", content=_PASSWD.encode())
    for path, mode in _FOLDERS.items():
        yield Entry(path, "folder", mode)


def _links(kept: Iterable[Entry]) -> Iterator[Entry]:
    """/bin, /lib … as links into /usr, where there is something to lead to, and ours."""
    tops = {f"{entry.path}/".split("/")[1] for entry in kept if entry.path.startswith("usr/")}
    for name in (name for name in MERGED if name in tops):
        yield Entry(name, "link", 0o777, target=f"usr/{name}")
    for path, target in _LINKS.items():
        yield Entry(path, "link", 0o777, target=target)


def _statuses(debs: Iterable[Deb]) -> Iterator[Entry]:
    """What scanners read to know which packages are in an image without dpkg."""
    for deb in debs:
        name = deb.field("Package")
        yield Entry(f"var/lib/dpkg/status.d/{name}", content=f"{deb.control.strip()}\n".encode())
