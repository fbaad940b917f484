"""Which distributions are installed in a folder, or lie in a layer: what their METADATA says.

Standard library only, and read as text: importing nothing of them.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path
from typing import IO, cast

# Longer ones are licences' whole texts in the field for their name.
_LONGEST_NAME = 80

_CLASSIFIER = "License :: "


@dataclass(frozen=True, order=True)
class Distribution:
    """A Python distribution; `licence` is an SPDX expression if `spdx`, else a name, or empty."""

    name: str
    version: str
    licence: str = ""
    spdx: bool = False


def installed_distributions(folder: Path) -> tuple[Distribution, ...]:
    """Those of a site-packages folder, by name."""
    texts = (p.read_text(errors="replace") for p in folder.glob("*.dist-info/METADATA"))
    return tuple(sorted(map(distribution_of, texts)))


def layer_distributions(blob: Path, at: str) -> tuple[Distribution, ...]:
    """Those of a layer, a compressed tar archive, whose site-packages is the folder `at`, by name.

    What a distribution has vendored further down is a part of it.
    """
    with tarfile.open(blob, "r|*") as layer:
        return tuple(sorted(map(distribution_of, _texts(layer, at))))


def _texts(layer: tarfile.TarFile, at: str) -> Iterator[str]:
    wanted = re.compile(rf"{re.escape(at)}/[^/]+\.dist-info/METADATA")
    for member in layer:
        if member.isfile() and wanted.fullmatch(member.name):
            yield cast(IO[bytes], layer.extractfile(member)).read().decode(errors="replace")


def distribution_of(metadata: str) -> Distribution:
    """Read a METADATA file (core metadata 2.x).

    >>> distribution_of("Name: a\\nVersion: 1\\nLicense-Expression: MIT\\n")
    Distribution(name='a', version='1', licence='MIT', spdx=True)
    """
    fields = HeaderParser().parsestr(metadata)
    expression = str(fields.get("License-Expression", ""))
    licence = expression or _licence_name(fields)
    return Distribution(str(fields["Name"]), str(fields["Version"]), licence, bool(expression))


def _licence_name(fields: Message) -> str:
    """The field of old, if it names a licence; else what the classifiers say."""
    stated = str(fields.get("License", "")).strip()
    if stated and "\n" not in stated and len(stated) <= _LONGEST_NAME and stated != "UNKNOWN":
        return stated
    classifiers: Iterable[str] = map(str, fields.get_all("Classifier", []))
    names = [c.rsplit(" :: ", 1)[-1] for c in classifiers if c.startswith(_CLASSIFIER)]
    return ", ".join(sorted(set(names) - {"OSI Approved"}))
