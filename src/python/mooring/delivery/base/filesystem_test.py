from __future__ import annotations

import pytest

from mooring.delivery.base.deb import Deb
from mooring.delivery.base.errors import PackageTampered
from mooring.delivery.base.filesystem import filesystem_of
from mooring.delivery.oci.entries import Entry, arranged


def deb(name: str, *entries: Entry) -> Deb:
    return Deb(f"Package: {name}\nVersion: 1.0-1\n", entries)


def paths(*debs: Deb) -> dict[str, Entry]:
    return {entry.path: entry for entry in arranged(filesystem_of(debs))}


LOADER = Entry("usr/lib64/ld-linux-x86-64.so.2", "link", 0o777, target="/lib/x86_64/ld.so")


def test_folders_of_the_root_lead_into_usr_where_there_is_something() -> None:
    amd64 = paths(deb("libc6", Entry("usr/lib/libc.so.6"), Entry("usr/bin/python3.11"), LOADER))
    arm64 = paths(deb("libc6", Entry("usr/lib/libc.so.6")))

    assert {path: amd64[path].target for path in ("bin", "lib", "lib64")} == {
        "bin": "usr/bin",
        "lib": "usr/lib",
        "lib64": "usr/lib64",
    }
    assert arm64["lib"].target == "usr/lib"
    assert "bin" not in arm64
    assert "lib64" not in arm64
    assert "sbin" not in amd64


def test_certificates_stand_together_in_the_order_of_their_names() -> None:
    folder = "usr/share/ca-certificates/mozilla"
    found = paths(
        deb(
            "ca-certificates",
            Entry(f"{folder}/B.crt", content=b"B\n"),
            Entry(f"{folder}/A.crt", content=b"A\n"),
        )
    )

    assert found["etc/ssl/certs/ca-certificates.crt"].content == b"A\nB\n"
    assert f"{folder}/A.crt" not in found


def test_scanners_find_each_package() -> None:
    found = paths(deb("libc6", Entry("usr/lib/libc.so.6")), deb("tzdata"))

    assert found["var/lib/dpkg/status.d/libc6"].content == b"Package: libc6\nVersion: 1.0-1\n"
    assert "var/lib/dpkg/status.d/tzdata" in found


def test_only_the_folder_for_temporary_files_is_everybodys() -> None:
    found = paths(deb("libc6", Entry("usr/lib/libc.so.6")))

    assert [path for path, entry in found.items() if entry.kind == "folder" and entry.mode & 2] == [
        "tmp"
    ]
    assert found["tmp"].mode == 0o1777
    assert found["root"].mode == 0o700


def test_the_user_of_the_images_has_a_name_and_a_home() -> None:
    found = paths(deb("libc6", Entry("usr/lib/libc.so.6")))

    assert b"mooring:x:65532:65532:mooring:/tmp:" in bytes(found["etc/passwd"].content)
    assert b"mooring:x:65532:" in bytes(found["etc/group"].content)


def test_two_packages_with_one_path_are_refused() -> None:
    with pytest.raises(PackageTampered, match="b: another package has /usr/lib/x too"):
        filesystem_of(
            [deb("a", Entry("usr/lib/x", content=b"1")), deb("b", Entry("usr/lib/x", content=b"2"))]
        )
