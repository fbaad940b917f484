"""The bill of materials of an image: CycloneDX 1.6, a function of what is in the image alone.

No time and no machine is in it: same image, same bytes. Standard library only, because it is made
where images are assembled.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from mooring.delivery.base.lock import BaseLock, Package
from mooring.delivery.sbom.distributions import Distribution
from mooring.delivery.sbom.errors import BillIncomplete
from mooring.delivery.sbom.libraries import Libraries
from mooring.delivery.sbom.requirements import hashes_of, normalized

# Where it lies in an image's archive.
FILE_NAME = "sbom.cdx.json"

# Made once for these documents; uuid5 wants a name space.
_NAME_SPACE = uuid.UUID("6a1c9f0e-5d53-5c8e-9c07-3f3f5b9d2a41")

_LICENCE = "Apache-2.0"
_PROPERTY = "mooring:platform"

Document = dict[str, Any]


@dataclass(frozen=True)
class Billed:
    """The image: its name, the digest of its index, and the digests of the layers that are ours by
    their titles (`code`, `bento`).
    """

    name: str
    digest: str
    own_layers: Mapping[str, str]


def bill_of_materials(image: Billed, libraries: Libraries, base: BaseLock) -> bytes:
    """The bill of `image`: its libraries, the packages of its base, and our own layers.

    The hashes of a library are those of all files that the lock allows: one of them was installed.
    Raises BillIncomplete when a library is not in the lock.
    """
    components = [
        *_own(image),
        *_libraries(libraries, image.name),
        *_packages(base),
    ]
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": _container(image, base.digest),
            "lifecycles": [{"phase": "build"}],
        },
        "components": components,
        "dependencies": _dependencies(image, components),
    }
    return _rendered({**document, "serialNumber": _serial_number(document)})


def _container(image: Billed, base: str) -> Document:
    return {
        "type": "container",
        "bom-ref": _image_ref(image),
        "name": f"mooring/{image.name}",
        "version": image.digest,
        "purl": _image_ref(image),
        "hashes": [_hash(image.digest)],
        "properties": [{"name": "mooring:base", "value": base}],
    }


def _image_ref(image: Billed) -> str:
    return f"pkg:oci/{quote(image.name, safe='')}@{_version(image.digest)}"


def _own(image: Billed) -> Iterator[Document]:
    """A component for each layer of ours: code, and for a model's image the model."""
    for title, digest in sorted(image.own_layers.items()):
        model = title == "bento"
        licences = {} if model else {"licenses": [{"expression": _LICENCE}]}
        yield {
            "type": "machine-learning-model" if model else "application",
            "bom-ref": f"mooring:{title}",
            "name": image.name if model else "mooring",
            "version": digest,
            "hashes": [_hash(digest)],
            **licences,
        }


def _libraries(libraries: Libraries, image: str) -> Iterator[Document]:
    hashes = hashes_of(libraries.lock_text)
    found = {p: {_key(d): d for d in each} for p, each in sorted(libraries.distributions.items())}
    for key in sorted({key for each in found.values() for key in each}):
        if key not in hashes:
            raise BillIncomplete(
                f"{'=='.join(key)} is in its libraries and not in their lock",
                place=image,
                cure="Make the layer from the lock, or the lock anew: build-support/lock.",
            )
        first = next(each[key] for each in found.values() if key in each)
        platforms = [platform for platform, each in found.items() if key in each]
        yield _library(first, hashes[key], platforms)


def _key(distribution: Distribution) -> tuple[str, str]:
    return normalized(distribution.name), distribution.version


def _library(distribution: Distribution, hashes: Iterable[str], platforms: list[str]) -> Document:
    # Package URLs keep the dots that package indexes do not tell from dashes.
    name = distribution.name.lower().replace("_", "-")
    purl = f"pkg:pypi/{name}@{_version(distribution.version)}"
    licences = {"licenses": [_licence(distribution)]} if distribution.licence else {}
    return {
        **_component(purl, name, distribution.version, platforms),
        "hashes": [{"alg": "SHA-256", "content": each} for each in hashes],
        **licences,
    }


def _licence(distribution: Distribution) -> Document:
    if distribution.spdx:
        return {"expression": distribution.licence}
    return {"license": {"name": distribution.licence}}


def _packages(base: BaseLock) -> Iterator[Document]:
    """The base's packages; what is for all architectures stands there once."""
    platforms: dict[Package, list[str]] = {}
    for platform, locked in sorted(base.platforms.items()):
        for package in locked.packages:
            platforms.setdefault(package, []).append(platform)
    for package in sorted(platforms):
        purl = _package_ref(package, base.source.get("distribution", ""))
        component = _component(purl, package.name, package.version, platforms[package])
        yield {**component, "hashes": [_hash(package.sha256)]} if package.sha256 else component


def _package_ref(package: Package, distro: str) -> str:
    where = f"&distro={quote(distro, safe='')}" if distro else ""
    version = _version(package.version)
    return f"pkg:deb/debian/{quote(package.name)}@{version}?arch={package.architecture}{where}"


def _component(purl: str, name: str, version: str, platforms: Iterable[str]) -> Document:
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "properties": [{"name": _PROPERTY, "value": platform} for platform in platforms],
    }


def _dependencies(image: Billed, components: Iterable[Document]) -> list[Document]:
    refs = [component["bom-ref"] for component in components]
    return [
        {"ref": _image_ref(image), "dependsOn": sorted(refs)},
        *({"ref": ref} for ref in sorted(refs)),
    ]


def _hash(digest: str) -> Document:
    return {"alg": "SHA-256", "content": digest.removeprefix("sha256:")}


def _version(version: str) -> str:
    """As package URLs have it: a colon stays, a plus does not."""
    return quote(version, safe=":")


def _serial_number(document: Document) -> str:
    content = hashlib.sha256(_rendered(document)).hexdigest()
    return f"urn:uuid:{uuid.uuid5(_NAME_SPACE, content)}"


def _rendered(document: Document) -> bytes:
    return (json.dumps(document, indent=1, sort_keys=True) + "\n").encode()
