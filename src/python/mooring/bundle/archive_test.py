"""A zip that is not what skops writes, or unpacks to more than it may, never reaches skops."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from mooring.bundle.archive import LARGEST_UNPACKED, unpacked
from mooring.bundle.errors import ModelUnloadable
from mooring.bundle.load import load_model
from mooring.bundle.manifest import MODEL_SKOPS
from mooring.bundle.testing.recipe import Recipe

MEGABYTE = bytes(1 << 20)

Change = Callable[[zipfile.ZipFile], object]


def packed(change: Change, base: bytes = b"") -> bytes:
    """An archive, empty or `base`, after a change."""
    content = io.BytesIO(base)
    with zipfile.ZipFile(content, "a" if base else "w", zipfile.ZIP_DEFLATED) as archive:
        change(archive)
    return content.getvalue()


def of_zeros(archive: zipfile.ZipFile, megabytes: int) -> None:
    with archive.open("9.npy", "w", force_zip64=True) as member:
        for _ in range(megabytes):
            member.write(MEGABYTE)


def test_what_skops_wrote_keeps_every_member(recipe: Recipe) -> None:
    model = recipe.files[MODEL_SKOPS]
    with zipfile.ZipFile(io.BytesIO(model)) as before:
        wanted = {name: before.read(name) for name in before.namelist()}
    with zipfile.ZipFile(io.BytesIO(unpacked(model))) as after:
        assert {name: after.read(name) for name in after.namelist()} == wanted
        assert {member.compress_type for member in after.infolist()} == {zipfile.ZIP_STORED}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(lambda z: z.writestr("../evil.py", b""), "names files", id="a way out"),
        pytest.param(lambda z: z.writestr("/etc/evil.txt", b""), "names files", id="a rooted path"),
        pytest.param(lambda z: z.writestr("a/b.npy", b""), "names files", id="a folder"),
        pytest.param(lambda z: z.writestr("..\\evil.py", b""), "names files", id="a way back"),
        pytest.param(
            lambda z: z.writestr("1.npy", b"", zipfile.ZIP_LZMA), "is packed", id="another packer"
        ),
        pytest.param(lambda z: of_zeros(z, 600), "unpacks to more than 536870912", id="a bomb"),
    ],
)
def test_an_archive_that_skops_never_wrote_is_refused(
    recipe: Recipe, store: Path, change: Change, said: str
) -> None:
    poisoned = recipe.with_files({MODEL_SKOPS: packed(change, recipe.files[MODEL_SKOPS])})
    with pytest.raises(ModelUnloadable, match=said):
        load_model(poisoned.write(store), runtime="skops")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused(recipe: Recipe) -> None:
    twice = packed(lambda z: z.writestr("schema.json", b"{}"), recipe.files[MODEL_SKOPS])
    with pytest.raises(ModelUnloadable, match="names files"):
        unpacked(twice)


def test_a_bomb_that_lies_about_its_size_unpacks_to_what_it_claims() -> None:
    """The standard library alone would unpack all of it at once and then cut."""
    bomb = packed(lambda z: of_zeros(z, 300))
    lying = understated(bomb, b"9.npy", 100)
    tracemalloc.start()
    with pytest.raises(zipfile.BadZipFile):
        unpacked(lying)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 32 << 20


def understated(archive: bytes, name: bytes, size: int) -> bytes:
    """The archive with another unpacked size in its directory."""
    changed = bytearray(archive)
    entry = archive.rindex(b"PK\x01\x02")
    assert archive[entry + 46 : entry + 46 + len(name)] == name
    struct.pack_into("<I", changed, entry + 24, size)
    return bytes(changed)


def test_the_cap_is_that_of_a_bundle() -> None:
    assert len(unpacked(packed(lambda z: of_zeros(z, 3)), most=3 << 20)) > 3 << 20
    with pytest.raises(ModelUnloadable, match="more than 3145727 bytes"):
        unpacked(packed(lambda z: of_zeros(z, 3)), most=(3 << 20) - 1)
    assert LARGEST_UNPACKED == 512 * 1024**2
