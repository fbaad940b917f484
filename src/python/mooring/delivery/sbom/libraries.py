"""The libraries of an image, on their way from the step that installs them to the bill."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from mooring.delivery.sbom.distributions import Distribution

_DESCRIPTION = "libraries.json"


@dataclass(frozen=True)
class Libraries:
    """What lies in the layers, by platform (`linux/amd64`), and the lock that it came from."""

    lock_text: str
    distributions: Mapping[str, Sequence[Distribution]]


def describe_libraries(folder: Path, libraries: Libraries) -> None:
    """Say in `folder` what is in the layers there."""
    found = {p: [asdict(each) for each in all_] for p, all_ in libraries.distributions.items()}
    document = {"lock": libraries.lock_text, "distributions": found}
    (folder / _DESCRIPTION).write_text(json.dumps(document, indent=1, sort_keys=True))


def described_libraries(folder: Path) -> Libraries | None:
    """The libraries of the layers in `folder`; None where these are others."""
    try:
        document = json.loads((folder / _DESCRIPTION).read_text())
    except FileNotFoundError:
        return None
    found = {
        platform: tuple(Distribution(**each) for each in all_)
        for platform, all_ in document["distributions"].items()
    }
    return Libraries(document["lock"], found)
