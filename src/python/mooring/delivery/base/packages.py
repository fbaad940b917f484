"""What the base is made of: a closed list of packages, chosen by hand, and what of them is left
behind. No shell, no package manager, no perl, no compiler: what is not there needs no update and
serves no intruder.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from mooring.delivery.base.errors import PackagesIncomplete

SUITE = "bookworm"

# Name of the platform -> Debian's name of the architecture.
PLATFORMS = {"linux/amd64": "amd64", "linux/arm64": "arm64"}

PACKAGES = (
    "base-files",
    "ca-certificates",
    "gcc-12-base",  # the licence of the three libraries of gcc
    "libbz2-1.0",
    "libc-bin",  # for the locale C.UTF-8 alone
    "libc6",
    "libcrypt1",
    "libexpat1",
    "libffi8",
    "libgcc-s1",
    "libgomp1",
    "liblzma5",
    "libpython3.11-minimal",
    "libpython3.11-stdlib",
    "libsqlite3-0",
    "libssl3",
    "libstdc++6",
    "libuuid1",
    "media-types",
    "netbase",
    "python3.11-minimal",
    "tzdata",
    "zlib1g",
)

# What they depend on and do not get here.
LEFT_OUT = {
    "awk": "for the scripts of base-files, which are not run",
    "debconf": "for the scripts of ca-certificates and tzdata, which are not run",
    "libdb5.3": "for the module _dbm, which is dropped",
    "libncursesw6": "for the module _curses, which is dropped",
    "libnsl2": "for the module nis, which is dropped",
    "libreadline8": "for the module readline, which is dropped",
    "libtinfo6": "for the modules _curses and readline, which are dropped",
    "libtirpc3": "for the module nis, which is dropped",
    "openssl": "for update-ca-certificates: the certificates are concatenated here",
}

# What stays although a line below would drop it. Licences ask that their text goes along.
KEPT = ("usr/bin/python3.11", "usr/share/doc/*/copyright")

# A star stands for slashes too.
DROPPED = {
    "etc/bindresvport.blacklist": "for servers of RPC",
    "etc/default/*": "for programs that are dropped",
    "etc/dpkg/*": "for programs that are dropped",
    "etc/issue*": "greets at a terminal",
    "etc/ld.so.conf*": "for ldconfig; the loader knows these folders",
    "etc/python3.11/*": "a hook for crash reports",
    "etc/update-motd.d/*": "greets at a terminal",
    "usr/bin/*": "every program but Python",
    "usr/lib/*/engines-3/*": "OpenSSL's engines: hardware that no container has",
    "usr/lib/*/gconv/*": "iconv's character sets; Python brings its own",
    "usr/lib/*/libBrokenLocale.so.1": "for programs of the last century",
    "usr/lib/*/libc_malloc_debug.so.0": "for debugging",
    "usr/lib/*/libmemusage.so": "for profiling",
    "usr/lib/*/libnss_compat.so.2": "for NIS",
    "usr/lib/*/libnss_hesiod.so.2": "for Hesiod",
    "usr/lib/*/libpcprofile.so": "for profiling",
    "usr/lib/*/libthread_db.so.1": "for debuggers",
    "usr/lib/binfmt.d/*": "for the kernel of a host",
    "usr/lib/python3.11/*.rst": "documentation",
    "usr/lib/python3.11/lib-dynload/_curses*": "terminals: needs libncursesw6",
    "usr/lib/python3.11/lib-dynload/_dbm.*": "needs libdb5.3",
    "usr/lib/python3.11/lib-dynload/_test*": "tests of Python itself",
    "usr/lib/python3.11/lib-dynload/_xxtest*": "tests of Python itself",
    "usr/lib/python3.11/lib-dynload/nis.*": "needs libnsl2",
    "usr/lib/python3.11/lib-dynload/ossaudiodev.*": "sound",
    "usr/lib/python3.11/lib-dynload/readline.*": "needs libreadline8",
    "usr/lib/python3.11/lib-dynload/xxlimited*": "examples",
    "usr/lib/python3.11/pydoc_data/*": "documentation",
    "usr/lib/python3.11/sitecustomize.py": "a hook for crash reports",
    "usr/lib/python3.11/test/*": "tests of Python itself",
    "usr/lib/python3.11/turtle.py": "draws",
    "usr/lib/python3.11/venv/scripts/*": "for shells",
    "usr/sbin/*": "every program but Python",
    "usr/share/base-files/*": "for the scripts of base-files",
    "usr/share/binfmts/*": "for the kernel of a host",
    "usr/share/bug/*": "for reporting bugs",
    "usr/share/ca-certificates/*": "stand together in etc/ssl/certs/ca-certificates.crt",
    "usr/share/doc/*/*": "documentation but for the licences",
    "usr/share/gcc/*": "for debuggers",
    "usr/share/gdb/*": "for debuggers",
    "usr/share/libc-bin/*": "for the scripts of libc-bin",
    "usr/share/lintian/*": "for checks of packages",
    "usr/share/man/*": "documentation",
    "usr/share/zoneinfo/posix/*": "the same zones again",
    "usr/share/zoneinfo/right/*": "the zones with leap seconds, which no clock here counts",
}

_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+")


@dataclass(frozen=True)
class Candidate:
    """A version that apt offers: `depends` is the field as Debian writes it."""

    name: str
    version: str
    architecture: str
    sha256: str
    depends: str = ""


def is_kept(path: str) -> bool:
    """Whether a file of a package, named without leading slash, belongs into the base."""
    if any(fnmatchcase(path, pattern) for pattern in KEPT):
        return True
    return not any(fnmatchcase(path, pattern) for pattern in DROPPED)


def check_closed(candidates: Iterable[Candidate], left_out: Mapping[str, str] = LEFT_OUT) -> None:
    """Whether each dependency is among the candidates or left out with a reason.

    Raises PackagesIncomplete.
    """
    candidates = list(candidates)
    known = {candidate.name for candidate in candidates} | set(left_out)
    for candidate in candidates:
        for alternatives in _dependencies(candidate.depends):
            if not known & set(alternatives):
                raise PackagesIncomplete(
                    f"{candidate.name} {candidate.version} needs {' or '.join(alternatives)}",
                    place="mooring/delivery/base/packages.py",
                    cure="Add it to PACKAGES, or to LEFT_OUT with the reason.",
                )


def _dependencies(field: str) -> Iterator[list[str]]:
    """The names in `libc6 (>= 2.36), media-types | mime-support`, alternatives together."""
    for clause in filter(None, map(str.strip, field.split(","))):
        names = (_NAME.match(alternative.strip()) for alternative in clause.split("|"))
        yield [name.group() for name in names if name]
