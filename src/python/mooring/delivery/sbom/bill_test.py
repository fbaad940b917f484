"""Bills are judged by the schema of CycloneDX and by the parser of package URLs, not by us."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import given, settings
from hypothesis import strategies as st
from packageurl import PackageURL

from mooring.delivery.base.lock import BaseLock, Package, PlatformLock
from mooring.delivery.sbom.bill import Billed, bill_of_materials
from mooring.delivery.sbom.distributions import Distribution
from mooring.delivery.sbom.errors import BillIncomplete
from mooring.delivery.sbom.libraries import Libraries, describe_libraries, described_libraries

VALIDATOR = JsonStrictValidator(SchemaVersion.V1_6)

DIGEST = f"sha256:{'ab' * 32}"
IMAGE = Billed("flight_delay", DIGEST, {"code": DIGEST, "bento": DIGEST})
NUMPY = Distribution("numpy", "2.4.6", "BSD-3-Clause AND MIT", spdx=True)
PROMETHEUS = Distribution("prometheus_client", "0.25.0", "Apache Software License")
LIBRARIES = {"linux/amd64": [NUMPY, PROMETHEUS], "linux/arm64": [NUMPY]}
LOCK = f"""\
# Made by a tool
numpy==2.4.6 ; sys_platform == 'linux' \\
    --hash=sha256:{"1" * 64} \\
    --hash=sha256:{"2" * 64}
    # via a
prometheus-client[twisted]==0.25.0 \\
    --hash=sha256:{"3" * 64}
"""


def base_of(*packages: Package) -> BaseLock:
    source = {"kind": "debian", "distribution": "debian-12"}
    per_platform = {
        f"linux/{architecture}": PlatformLock(
            DIGEST, tuple(p for p in packages if p.architecture in ("all", architecture))
        )
        for architecture in ("amd64", "arm64")
    }
    return BaseLock(DIGEST, 1, source, per_platform)


BASE = base_of(
    Package("libc6", "2.36-9+deb12u14", "amd64", "4" * 64),
    Package("libc6", "2.36-9+deb12u14", "arm64", "5" * 64),
    Package("zlib1g", "1:1.2.13.dfsg-1", "amd64"),
    Package("ca-certificates", "20250419~deb12u2", "all", "6" * 64),
)


def bill(
    image: Billed = IMAGE,
    lock: str = LOCK,
    libraries: Mapping[str, Sequence[Distribution]] = LIBRARIES,
    base: BaseLock = BASE,
) -> Any:
    content = bill_of_materials(image, Libraries(lock, libraries), base)
    assert VALIDATOR.validate_str(content.decode()) is None
    return json.loads(content)


def components(document: Any) -> dict[str, Any]:
    return {component["bom-ref"]: component for component in document["components"]}


def test_the_bill_names_the_image_by_its_digest() -> None:
    container = bill()["metadata"]["component"]

    assert (container["type"], container["name"]) == ("container", "mooring/flight_delay")
    assert container["version"] == DIGEST
    assert container["properties"] == [{"name": "mooring:base", "value": DIGEST}]


def test_everything_in_the_image_is_listed_once() -> None:
    assert sorted(components(bill())) == [
        "mooring:bento",
        "mooring:code",
        "pkg:deb/debian/ca-certificates@20250419~deb12u2?arch=all&distro=debian-12",
        "pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=amd64&distro=debian-12",
        "pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=arm64&distro=debian-12",
        "pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?arch=amd64&distro=debian-12",
        "pkg:pypi/numpy@2.4.6",
        "pkg:pypi/prometheus-client@0.25.0",
    ]


def test_a_library_has_its_licence_its_hashes_and_its_platforms() -> None:
    found = components(bill())
    numpy, prometheus = found["pkg:pypi/numpy@2.4.6"], found["pkg:pypi/prometheus-client@0.25.0"]

    assert numpy["licenses"] == [{"expression": "BSD-3-Clause AND MIT"}]
    assert [each["content"] for each in numpy["hashes"]] == ["1" * 64, "2" * 64]
    assert [each["value"] for each in numpy["properties"]] == ["linux/amd64", "linux/arm64"]
    assert prometheus["licenses"] == [{"license": {"name": "Apache Software License"}}]
    assert [each["value"] for each in prometheus["properties"]] == ["linux/amd64"]


def test_a_model_is_a_component_of_its_image_alone() -> None:
    gateway = components(bill(Billed("gateway", DIGEST, {"code": DIGEST})))

    assert components(bill())["mooring:bento"]["type"] == "machine-learning-model"
    assert "mooring:bento" not in gateway


def test_a_library_that_no_lock_names_is_refused() -> None:
    other = {"linux/amd64": [replace(NUMPY, version="2.4.7")]}

    with pytest.raises(BillIncomplete, match=r"flight_delay: numpy==2\.4\.7 is in its libraries"):
        bill(libraries=other)


def test_the_order_of_what_is_given_changes_nothing() -> None:
    backwards = {p: list(reversed(each)) for p, each in reversed([*LIBRARIES.items()])}
    platforms = dict(reversed([*BASE.platforms.items()]))
    packages = {
        name: replace(p, packages=tuple(reversed(p.packages))) for name, p in platforms.items()
    }

    first = bill_of_materials(IMAGE, Libraries(LOCK, LIBRARIES), BASE)
    second = bill_of_materials(IMAGE, Libraries(LOCK, backwards), replace(BASE, platforms=packages))

    assert first == second


def test_libraries_are_described_from_step_to_step(tmp_path: Path) -> None:
    found = {platform: tuple(each) for platform, each in LIBRARIES.items()}
    describe_libraries(tmp_path, Libraries(LOCK, found))

    assert described_libraries(tmp_path) == Libraries(LOCK, found)
    assert described_libraries(tmp_path / "elsewhere") is None


def test_another_image_has_another_serial_number() -> None:
    numbers = [
        bill()["serialNumber"],
        bill()["serialNumber"],
        bill(replace(IMAGE, digest=f"sha256:{'cd' * 32}"))["serialNumber"],
    ]

    assert len(set(numbers)) == 2
    assert all(uuid.UUID(number).version == 5 for number in numbers)


names = st.from_regex(r"[a-z0-9]{1,5}(\.[a-z0-9]{1,5})?", fullmatch=True)
versions = st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){0,2}(rc1|\.post1|\+cpu)?", fullmatch=True)
licences = st.sampled_from(["", "MIT", "BSD-3-Clause OR Apache-2.0", "MIT License"])
distributions = st.builds(
    lambda name, version, licence: Distribution(
        name, version, licence, licence in ("MIT", "BSD-3-Clause OR Apache-2.0")
    ),
    names,
    versions,
    licences,
)
debian_versions = st.from_regex(r"([0-9]:)?[0-9][0-9.]{0,4}(~rc1)?(\+dfsg1)?-[0-9]", fullmatch=True)
packages = st.builds(
    Package,
    st.from_regex(r"lib[a-z0-9][a-z0-9+.-]{0,8}", fullmatch=True),
    debian_versions,
    st.sampled_from(["all", "amd64", "arm64"]),
    st.sampled_from(["", "7" * 64]),
)


def one_each(found: Sequence[Distribution]) -> list[Distribution]:
    """As in a folder: one version of a name."""
    return list({d.name: d for d in found}.values())


@settings(deadline=None)  # the first one loads the schema
@given(
    st.dictionaries(
        st.sampled_from(["linux/amd64", "linux/arm64"]),
        st.lists(distributions, max_size=6),
        min_size=1,
    ),
    st.lists(packages, max_size=6, unique_by=lambda p: (p.name, p.version, p.architecture)),
)
def test_every_distribution_and_every_package_is_in_the_bill_once(
    libraries: dict[str, list[Distribution]], debian: list[Package]
) -> None:
    installed = {platform: one_each(found) for platform, found in libraries.items()}
    lock = "".join(f"{d.name}=={d.version} \\\n    --hash=sha256:{'8' * 64}\n"
                   for found in installed.values() for d in found)  # fmt: skip

    document = bill(lock=lock, libraries=installed, base=base_of(*debian))

    urls = [PackageURL.from_string(c["purl"]) for c in document["components"] if "purl" in c]
    assert Counter(str(url) for url in urls) == Counter(
        c["purl"] for c in document["components"] if "purl" in c
    )
    wanted = {
        PackageURL("pypi", None, d.name, d.version) for found in installed.values() for d in found
    }
    assert Counter(url for url in urls if url.type == "pypi") == Counter(wanted)
    assert Counter(
        (url.name, url.version, dict(url.qualifiers)["arch"]) for url in urls if url.type == "deb"
    ) == Counter((p.name, p.version, p.architecture) for p in debian)
    refs = [component["bom-ref"] for component in document["components"]]
    assert document["dependencies"][0]["dependsOn"] == sorted(refs)
