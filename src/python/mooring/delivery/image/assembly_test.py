from pathlib import Path

import pytest

from mooring.delivery.image.assembly import assemble, read_base
from mooring.delivery.image.layers import describe_layers
from mooring.delivery.oci.archive import ImageArchive, open_archive
from mooring.delivery.oci.blobs import BLOBS
from mooring.delivery.oci.documents import Runtime
from mooring.delivery.oci.entries import Entry
from mooring.delivery.oci.errors import ImageUnbuildable
from mooring.delivery.oci.layer import write_layer
from mooring.delivery.oci.layout import write_archive
from mooring.delivery.oci.testing.images import small_layout

RUNTIME = Runtime(("python3.11", "-m", "x"), {"PYTHONPATH": "/opt/code"}, ("8080",))


def layer_folder(folder: Path, title: str, *platforms: str, content: bytes = b"") -> Path:
    folder.mkdir(parents=True)
    entries = [Entry(f"opt/{title}", content=content)]
    layers = [write_layer(entries, folder, title=title, platform=each) for each in platforms]
    describe_layers(folder, layers)
    return folder


def built(folder: Path, *folders: Path, text: bytes = b"text") -> ImageArchive:
    small_layout(folder / "base", name="base", text=text)
    assemble("gateway", read_base(folder / "base"), folders, RUNTIME, folder / "image")
    write_archive(folder / "image", folder / "image.tar")
    archive = open_archive(folder / "image.tar")
    archive.check()
    return archive


@pytest.fixture
def libraries(tmp_path: Path) -> Path:
    return layer_folder(tmp_path / "l", "libraries", "linux/amd64", "linux/arm64")


@pytest.fixture
def code(tmp_path: Path) -> Path:
    return layer_folder(tmp_path / "c", "code", "", content=b"print()")


def test_layers_lie_on_the_base_in_the_order_given(
    tmp_path: Path, libraries: Path, code: Path
) -> None:
    archive = built(tmp_path, libraries, code)
    for platform in archive.platforms:
        titles = [layer.title for layer in platform.layers]
        assert titles == ["base", "code", "libraries", "code"]


def test_a_container_starts_as_a_user_without_rights(
    tmp_path: Path, libraries: Path, code: Path
) -> None:
    settings = built(tmp_path, libraries, code).platforms[0].config["config"]
    assert settings["User"] == "65532:65532"
    assert settings["StopSignal"] == "SIGTERM"
    assert settings["Entrypoint"] == ["python3.11", "-m", "x"]
    # The base's variables stay.
    assert settings["Env"] == ["NAME=base", "PYTHONPATH=/opt/code"]
    assert settings["ExposedPorts"] == {"8080/tcp": {}}


def test_an_image_names_its_base(tmp_path: Path, libraries: Path) -> None:
    archive = built(tmp_path, libraries)
    base = read_base(tmp_path / "base").digest
    assert archive.index["annotations"] == {"org.opencontainers.image.base.digest": base}
    labels = archive.platforms[1].config["config"]["Labels"]
    assert labels["org.opencontainers.image.base.digest"] == base
    assert labels["org.opencontainers.image.title"] == "gateway"


def test_only_the_layer_that_changed_is_another(
    tmp_path: Path, libraries: Path, code: Path
) -> None:
    before = built(tmp_path / "1", libraries, code)
    edited = layer_folder(tmp_path / "e", "code", "", content=b"print(1)")
    after = built(tmp_path / "2", libraries, edited)
    layers = [
        [layer.digest for layer in archive.platforms[0].layers] for archive in (before, after)
    ]
    assert layers[0][:-1] == layers[1][:-1]
    assert layers[0][-1] != layers[1][-1]
    assert before.digest != after.digest


def test_another_base_is_another_image(tmp_path: Path, libraries: Path) -> None:
    one, other = built(tmp_path / "1", libraries), built(tmp_path / "2", libraries, text=b"new")
    assert one.digest != other.digest


def test_every_blob_of_the_archive_is_part_of_the_image(
    tmp_path: Path, libraries: Path, code: Path
) -> None:
    archive = built(tmp_path, libraries, code)
    named = {each["digest"].removeprefix("sha256:") for each in archive.descriptors()}
    assert {blob.name for blob in (tmp_path / "image" / BLOBS).iterdir()} == named


def test_a_platform_of_the_base_without_our_layer_is_named(tmp_path: Path, code: Path) -> None:
    half = layer_folder(tmp_path / "half", "libraries", "linux/amd64")
    with pytest.raises(ImageUnbuildable, match=r"linux/arm64: .* the layer libraries has not"):
        built(tmp_path, half, code)
