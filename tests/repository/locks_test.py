"""The locks answer their requirements, completely and safely. No network is used.

A lock is stale when the checksum in its header is not that of its requirements file; the cure is
`build-support/lock`. A checksum can be faked by hand, so the content is checked as well.
"""

import hashlib
import re
from dataclasses import dataclass, field

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.repository.tracked import ROOT

# What the images hold, and what builds a Bento: parts of the product.
IMAGES = ("gateway", "service", "service-skops", "monitor", "trainer", "bento")
# What asks the gateway in tests.
ASKING = ("triton", "kserve", "requests", "schemathesis")
# What the calibration of drift is compared with.
BESIDE = ("drift-peers",)
LOCKS = ("product", "pytest", *IMAGES, "tools", "s3server", *ASKING, *BESIDE, "uv", "pants")
PYTHON = ROOT / "3rdparty/python"

# Versions below these have published vulnerabilities in what this product does with them.
FLOORS = {
    "bentoml": "1.4.39",
    "h11": "0.16",
    "mlflow": "3.11",
    "onnx": "1.21",
    "python-multipart": "0.0.27",
    "skops": "0.13",
    "starlette": "0.49.1",
}


@dataclass
class Pin:
    requirement: Requirement
    hashes: list[str] = field(default_factory=list)
    wanted_by: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> Version:
        (specifier,) = self.requirement.specifier
        return Version(specifier.version)


def requirements(name: str) -> list[str]:
    """The lines of a requirements file without comments, sorted as the lock script sorts them."""
    lines = (re.sub(r"\s*#.*", "", line) for line in (PYTHON / f"{name}.txt").open())
    return sorted(line.strip() for line in lines if line.strip())


def pins(name: str) -> list[Pin]:
    found: list[Pin] = []
    for line in (PYTHON / f"{name}.lock").read_text().splitlines():
        text = line.strip().removesuffix("\\").strip()
        if text.startswith("--hash="):
            found[-1].hashes.append(text.removeprefix("--hash="))
        elif line.startswith("    #"):
            found[-1].wanted_by.extend(text.removeprefix("#").removeprefix(" via").split())
        elif text and not text.startswith("#"):
            found.append(Pin(Requirement(text)))
    return found


def versions(name: str) -> dict[str, list[Version]]:
    found: dict[str, list[Version]] = {}
    for pin in pins(name):
        found.setdefault(pin.name, []).append(pin.version)
    return found


@pytest.fixture(params=LOCKS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_lock_carries_the_checksum_of_its_requirements(name: str) -> None:
    digest = hashlib.sha256("".join(f"{line}\n" for line in requirements(name)).encode())
    header = (PYTHON / f"{name}.lock").read_text().splitlines()[:2]
    assert header[1] == f"# requirements: sha256:{digest.hexdigest()}", "run build-support/lock"


def test_a_requirement_is_written_once(name: str) -> None:
    names = [canonicalize_name(Requirement(line).name) for line in requirements(name)]
    assert sorted(set(names)) == sorted(names)


def test_every_requirement_is_satisfied_by_a_pin(name: str) -> None:
    locked = versions(name)
    for line in requirements(name):
        wanted = Requirement(line)
        have = locked.get(canonicalize_name(wanted.name), [])
        assert have, f"{wanted} is not in {name}.lock"
        assert all(version in wanted.specifier for version in have), f"{wanted}: locked {have}"


def test_every_pin_is_exact_and_hashed(name: str) -> None:
    for pin in pins(name):
        assert [specifier.operator for specifier in pin.requirement.specifier] == ["=="]
        assert pin.hashes, f"{pin.requirement} has no hash"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) for digest in pin.hashes)


def test_every_pin_is_wanted_by_a_requirement_or_another_pin(name: str) -> None:
    locked = {canonicalize_name(pin) for pin in versions(name)}
    for pin in pins(name):
        reasons = [r for r in pin.wanted_by if r not in {"-r", "-c", "product.lock"}]
        known = [r for r in reasons if r == f"{name}.txt" or canonicalize_name(r) in locked]
        assert known, f"nothing that is locked wants {pin.requirement}"


def test_a_lock_names_no_place(name: str) -> None:
    text = (PYTHON / f"{name}.lock").read_text()
    assert re.findall(r"\S+://\S+|--(?:extra-)?index-url|--find-links|file:", text) == []


@pytest.mark.parametrize("part", ["pytest", *IMAGES])
def test_what_is_tested_and_what_is_shipped_have_the_versions_of_the_product(part: str) -> None:
    product = versions("product")
    differing = {n: v for n, v in versions(part).items() if product.get(n) != v}
    assert differing == {}


@pytest.mark.parametrize("image", IMAGES)
def test_what_is_shipped_is_asked_for_as_the_product_asks(image: str) -> None:
    product = {Requirement(line).name: line for line in requirements("product")}
    names = [Requirement(line).name for line in requirements(image)]
    assert [name for name in names if name not in product] == []


@pytest.mark.parametrize("package", FLOORS)
def test_no_version_with_a_known_hole_is_locked(package: str) -> None:
    have = versions("product")[package]
    assert all(version >= Version(FLOORS[package]) for version in have)
