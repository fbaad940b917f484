"""Only references by digest get through."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mooring.delivery.rollout.errors import NoDigest
from mooring.delivery.rollout.reference import image_of, parse_image

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("text", "deployment"),
    [
        pytest.param(f"gateway=ghcr.io/o/mooring/gateway@{DIGEST}", "gateway", id="a registry"),
        pytest.param(f"a_b=localhost:5000/mooring/a_b@{DIGEST}", "a-b", id="a port, an underscore"),
    ],
)
def test_a_reference_by_digest_is_read(text: str, deployment: str) -> None:
    image = parse_image(text)
    assert f"{image.name}={image.reference}" == text
    assert image.deployment == deployment


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("gateway=ghcr.io/o/gateway:latest", id="a tag"),
        pytest.param(f"gateway=ghcr.io/o/gateway:v1@{DIGEST}", id="a tag and a digest"),
        pytest.param("gateway=ghcr.io/o/gateway", id="nothing after the repository"),
        pytest.param(f"gateway=ghcr.io/o/gateway@{DIGEST[:-1]}", id="a digit too few"),
        pytest.param(f"gateway=ghcr.io/o/gateway@{DIGEST.upper()}", id="capital digits"),
        pytest.param(f"gateway=ghcr.io/o/gateway@{DIGEST}\n", id="a line more"),
        pytest.param(f"gateway=ghcr.io/o/gateway@{DIGEST} --force", id="a word more"),
        pytest.param(f"gateway=gateway@{DIGEST}", id="no host"),
        pytest.param(f"=ghcr.io/o/gateway@{DIGEST}", id="no name"),
        pytest.param(f"--all=ghcr.io/o/gateway@{DIGEST}", id="an option for a name"),
        pytest.param(f"ghcr.io/o/gateway@{DIGEST}", id="only the reference"),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(NoDigest):
        parse_image(text)


@settings(deadline=None)
@given(st.text(), st.text())
def test_whatever_is_accepted_is_given_back_unchanged_and_is_one_word(name: str, text: str) -> None:
    try:
        image = image_of(name, f"{text}@{DIGEST}")
    except NoDigest:
        return
    assert (image.name, image.reference) == (name, f"{text}@{DIGEST}")
    assert len(f"{image.name}={image.reference}".split()) == 1
