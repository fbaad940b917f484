from __future__ import annotations

import re
from pathlib import Path

import pytest

from mooring.delivery.sbom.requirements import hashes_of

LOCKS = Path("3rdparty/python")


@pytest.mark.parametrize("name", ["gateway", "monitor", "service", "service-skops"])
def test_every_pin_of_an_images_lock_is_read_with_its_hashes(name: str) -> None:
    text = (LOCKS / f"{name}.lock").read_text()

    found = hashes_of(text)

    assert len(found) == len(re.findall(r"^\S+==", text, re.MULTILINE)) > 20
    assert sum(map(len, found.values())) == text.count("--hash=sha256:")
    assert all(found.values())


def test_versions_for_different_platforms_stay_apart() -> None:
    text = (
        f"Some_Library==1.0 ; python_version < '3' \\\n    --hash=sha256:{'a' * 64}\n"
        f"some.library[extra]==2.0 ; python_version >= '3' \\\n    --hash=sha256:{'b' * 64}\n"
        "--index-url https://example.org\n# comment==1\n"
    )

    assert hashes_of(text) == {
        ("some-library", "1.0"): ("a" * 64,),
        ("some-library", "2.0"): ("b" * 64,),
    }
