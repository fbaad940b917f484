from __future__ import annotations

import pytest

from mooring.delivery.base.errors import PackagesIncomplete
from mooring.delivery.base.packages import Candidate, check_closed, is_kept


def candidate(name: str, depends: str = "") -> Candidate:
    return Candidate(name, "1.0-1", "amd64", "", depends)


@pytest.mark.parametrize(
    "depends",
    [
        pytest.param("", id="nothing"),
        pytest.param("libc6 (>= 2.36)", id="a package that is taken"),
        pytest.param("debconf (>= 0.5) | debconf-2.0", id="one that is left out"),
        pytest.param("libnew1 | libc6", id="an alternative that is taken"),
        pytest.param("libc6:any, awk", id="two, for any architecture"),
    ],
)
def test_a_list_is_closed_whose_packages_need(depends: str) -> None:
    check_closed([candidate("libc6"), candidate("example", depends)])


@pytest.mark.parametrize(
    "depends, missing",
    [
        pytest.param("libc6, libnew1", "libnew1", id="a package that nobody chose"),
        pytest.param("libnew1 (>= 1) | libnew2", "libnew1 or libnew2", id="one of two such"),
    ],
)
def test_a_list_is_not_closed_whose_packages_need(depends: str, missing: str) -> None:
    with pytest.raises(PackagesIncomplete, match=rf"example 1\.0-1 needs {missing}\. Add it"):
        check_closed([candidate("libc6"), candidate("example", depends)])


@pytest.mark.parametrize(
    "path, kept",
    [
        ("usr/bin/python3.11", True),
        ("usr/lib/python3.11/unittest/mock.py", True),
        ("usr/lib/python3.11/test/support/__init__.py", False),
        ("usr/share/doc/libc6/copyright", True),
        ("usr/share/doc/libc6/changelog.Debian.gz", False),
        ("usr/share/doc/libgcc-s1", True),  # a link to the licence of gcc-12-base
        ("usr/share/man/man1/python3.11.1.gz", False),
        ("usr/share/zoneinfo/Europe/Berlin", True),
        ("usr/share/zoneinfo/right/Europe/Berlin", False),
        ("usr/lib/x86_64-linux-gnu/gconv/UTF-16.so", False),
    ],
)
def test_licences_stay_and_documentation_does_not(path: str, kept: bool) -> None:
    assert is_kept(path) is kept
