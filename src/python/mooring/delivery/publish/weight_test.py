from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest

from mooring.delivery.oci.errors import ImageUnreadable
from mooring.delivery.oci.layer import Layer
from mooring.delivery.oci.layout import PlatformImage, write_archive, write_image
from mooring.delivery.publish.archives import checked
from mooring.delivery.publish.testing.images import LAYER_BYTES, write_small_image
from mooring.delivery.publish.weight import (
    BASE,
    GATEWAY_BYTES,
    MODEL_SERVICE_BYTES,
    MONITOR_BYTES,
    LayerWeight,
    PlatformWeight,
    budget_of,
    weigh,
)


def test_every_layer_is_named_and_measured_as_it_travels_and_as_it_lies(tmp_path: Path) -> None:
    layers = {"libraries": 3 * LAYER_BYTES, "bento": 2 * LAYER_BYTES}
    archive = write_small_image(tmp_path / "image.tar", "flight_delay", layers=layers)

    amd64, arm64 = weigh(archive)

    assert (amd64.platform, arm64.platform) == ("linux/amd64", "linux/arm64")
    assert [layer.title for layer in amd64.layers] == [BASE, "libraries", "bento", "code"]
    for layer, descriptor in zip(amd64.layers, archive.platforms[0].descriptors, strict=True):
        assert (layer.digest, layer.bytes) == (descriptor["digest"], descriptor["size"])
        with archive.open(f"blobs/sha256/{layer.digest.removeprefix('sha256:')}") as (part, _):
            assert layer.unpacked == len(gzip.decompress(part.read()))
    assert amd64.base == amd64.layers[0].bytes
    assert amd64.above == sum(layer.bytes for layer in amd64.layers[1:])
    assert (amd64.budget, amd64.over) == (MODEL_SERVICE_BYTES, False)


@pytest.mark.parametrize(
    ("above", "budget", "over"),
    [
        pytest.param(60, 60, False, id="at its budget"),
        pytest.param(61, 60, True, id="a byte over it"),
        pytest.param(61, None, False, id="without a budget"),
    ],
)
def test_an_image_is_over_its_budget(above: int, budget: int | None, over: bool) -> None:
    base, ours = LayerWeight(BASE, "sha256:1", 1_000, 0), LayerWeight("code", "sha256:2", above, 0)

    assert PlatformWeight("linux/amd64", (base, ours), budget).over is over


def test_what_serves_and_what_watches_has_a_budget() -> None:
    assert budget_of("gateway", frozenset({"code"})) == GATEWAY_BYTES
    assert budget_of("flight_time", frozenset({"bento"})) == MODEL_SERVICE_BYTES
    assert budget_of("monitor", frozenset({"code"})) == MONITOR_BYTES
    assert budget_of("trainer", frozenset({"code"})) is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"no gzip at all", "is not compressed by gzip", id="not compressed"),
        pytest.param(gzip.compress(b"tar")[:-4], "is not compressed by gzip", id="cut short"),
        pytest.param(gzip.compress(b"another tar"), "unpacks to something else", id="another"),
    ],
)
def test_a_layer_that_is_not_what_the_configuration_says_is_refused(
    tmp_path: Path, content: bytes, said: str
) -> None:
    """Every digest of the archive is right: a check of the blobs alone would pass."""
    blob = hashlib.sha256(content).hexdigest()
    layout = tmp_path / "layout"
    (layout / "blobs/sha256").mkdir(parents=True)
    (layout / "blobs/sha256" / blob).write_bytes(content)
    diff_id = f"sha256:{hashlib.sha256(b'tar').hexdigest()}"
    config = {"os": "linux", "architecture": "amd64", "rootfs": {"diff_ids": [diff_id]}}
    config["config"] = {"Labels": {"org.opencontainers.image.base.digest": f"sha256:{'b' * 64}"}}
    layer = Layer(f"sha256:{blob}", len(content), diff_id, 3, "code")
    write_image(layout, "gateway", [PlatformImage(config, [], [layer])])
    write_archive(layout, tmp_path / "image.tar")

    with pytest.raises(ImageUnreadable, match=said):
        weigh(checked(tmp_path / "image.tar"))
