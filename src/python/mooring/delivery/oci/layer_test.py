import gzip
import hashlib
import io
import os
import tarfile
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mooring.delivery.oci.blobs import BLOBS, blob_path
from mooring.delivery.oci.entries import Entry, entries_of
from mooring.delivery.oci.layer import Layer, write_layer


def content_of(layout: Path, layer: Layer) -> bytes:
    return gzip.decompress((layout / blob_path(layer.digest)).read_bytes())


def tree(folder: Path, *, umask: int, when: float) -> Path:
    before = os.umask(umask)
    try:
        (folder / "package/deep").mkdir(parents=True)
        for path, text in (("package/b.py", "b"), ("package/a.py", "a"), ("package/deep/c", "ü")):
            (folder / path).write_text(text)
            os.utime(folder / path, (when, when))
    finally:
        os.umask(before)
    return folder


def test_equal_files_make_equal_layers_wherever_and_whenever(tmp_path: Path) -> None:
    one = tree(tmp_path / "one", umask=0o022, when=time.time())
    other = tree(tmp_path / "some/other", umask=0o077, when=1.0)
    layers = [
        write_layer(entries_of(each, "opt"), tmp_path / "out", title="x") for each in (one, other)
    ]
    assert layers[0] == layers[1]


def test_the_digests_are_those_of_the_bytes(tmp_path: Path) -> None:
    layer = write_layer([Entry("opt/a", content=b"abc")], tmp_path, title="x")
    packed, content = (tmp_path / blob_path(layer.digest)).read_bytes(), content_of(tmp_path, layer)
    assert layer.digest == f"sha256:{hashlib.sha256(packed).hexdigest()}"
    assert layer.diff_id == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert (layer.size, layer.unpacked) == (len(packed), len(content))


def test_nothing_in_a_layer_tells_who_made_it_or_when(tmp_path: Path) -> None:
    layer = write_layer(
        entries_of(tree(tmp_path / "t", umask=0, when=9), "opt"), tmp_path, title=""
    )
    with tarfile.open(fileobj=io.BytesIO(content_of(tmp_path, layer))) as tar:
        told = {(m.mtime, m.uid, m.gid, m.uname, m.gname) for m in tar}
    assert told == {(0, 0, 0, "", "")}


paths = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=40)
    .filter(lambda name: name not in (".", ".."))
    .map(lambda name: f"opt/{name}"),
    unique=True,
    max_size=8,
)


@given(paths, st.binary(max_size=2000), st.randoms())
def test_any_names_and_bytes_come_back_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], content: bytes, random: object
) -> None:
    folder = tmp_path_factory.mktemp("layer")
    entries = [Entry(name, content=content) for name in names]
    layer = write_layer(entries, folder, title="x")
    assert layer == write_layer(list(reversed(entries)), folder, title="x")
    with tarfile.open(fileobj=io.BytesIO(content_of(folder, layer))) as tar:
        found = {m.name: tar.extractfile(m) for m in tar if m.isfile()}
        read = {name: file.read() for name, file in found.items() if file}
    assert read == dict.fromkeys(names, content)


def test_a_blob_that_fails_leaves_nothing(tmp_path: Path) -> None:
    missing = Entry("opt/gone", content=tmp_path / "gone")
    with pytest.raises(FileNotFoundError):
        write_layer([Entry("opt/a", content=b"half"), missing], tmp_path, title="x")
    assert list((tmp_path / BLOBS).iterdir()) == []
