from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mooring.delivery.base.deb import merged_path, read_deb
from mooring.delivery.base.errors import PackageTampered
from mooring.delivery.base.testing.mirror import Made, ar, packed
from mooring.delivery.oci.entries import Entry

PACKAGE = Made(
    "libexample1",
    "2:1.0-1",
    files={"./lib/x86_64-linux-gnu/libexample.so.1.0": b"code", "./usr/bin/example": b"#!"},
    links={"./lib/x86_64-linux-gnu/libexample.so.1": "libexample.so.1.0"},
    modes={"./usr/bin/example": 0o4755},
)


@pytest.mark.parametrize("compression", ["xz", "gz"])
def test_a_package_is_read_whatever_compresses_it(compression: str) -> None:
    deb = read_deb(PACKAGE.deb(compression=compression), place="example")

    assert (deb.field("Package"), deb.field("Version")) == ("libexample1", "2:1.0-1")
    assert deb.field("Homepage") == ""
    assert deb.entries == (
        Entry("usr/lib/x86_64-linux-gnu/libexample.so.1.0", "file", 0o644, b"code"),
        # Without its set-user-id bit.
        Entry("usr/bin/example", "file", 0o755, b"#!"),
        Entry(
            "usr/lib/x86_64-linux-gnu/libexample.so.1", "link", 0o777, target="libexample.so.1.0"
        ),
    )


def test_a_hard_link_becomes_a_second_copy() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:xz") as archive:
        first = tarfile.TarInfo("./usr/bin/one")
        first.size = 4
        archive.addfile(first, io.BytesIO(b"same"))
        second = tarfile.TarInfo("./usr/bin/two")
        second.type, second.linkname = tarfile.LNKTYPE, "./usr/bin/one"
        archive.addfile(second)

    deb = read_deb(with_data(buffer.getvalue()), place="example")

    assert {e.path: e.content for e in deb.entries} == {
        "usr/bin/one": b"same",
        "usr/bin/two": b"same",
    }


def with_data(data: bytes) -> bytes:
    control = packed({"./control": b"Package: example\n"})
    return ar({"debian-binary": b"2.0\n", "control.tar.xz": control, "data.tar.xz": data})


def special(kind: bytes, name: str = "./dev/null") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:xz") as archive:
        member = tarfile.TarInfo(name)
        member.type = kind
        archive.addfile(member)
    return buffer.getvalue()


WHOLE = PACKAGE.deb()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"PK\3\4 a zip archive", id="another archive"),
        pytest.param(ar({"debian-binary": b"2.0\n"}), id="an archive without its parts"),
        pytest.param(with_data(b"no tar at all"), id="data that is no tar"),
        pytest.param(with_data(special(tarfile.CHRTYPE)), id="a device"),
        pytest.param(with_data(packed({"../etc/passwd": b""})), id="a path that leads out"),
        pytest.param(with_data(packed({"/etc/passwd": b""})), id="an absolute path"),
    ],
)
def test_what_is_no_package_is_refused(content: bytes) -> None:
    with pytest.raises(PackageTampered, match="example: it is cut short, or no Debian package"):
        read_deb(content, place="example")


@given(st.integers(0, len(WHOLE) - 1))
def test_a_package_cut_short_is_refused_wherever_it_ends(cut: int) -> None:
    with pytest.raises(PackageTampered):
        read_deb(WHOLE[:cut], place="example")


@pytest.mark.parametrize(
    "name, path",
    [
        ("./bin/sh", "usr/bin/sh"),
        ("./sbin/init", "usr/sbin/init"),
        ("./lib64/ld-linux-x86-64.so.2", "usr/lib64/ld-linux-x86-64.so.2"),
        ("./libexec/x", "libexec/x"),
        ("./usr/lib/x", "usr/lib/x"),
        ("./etc/lib/x", "etc/lib/x"),
    ],
)
def test_folders_of_the_root_are_merged_into_usr(name: str, path: str) -> None:
    assert merged_path(name) == path
