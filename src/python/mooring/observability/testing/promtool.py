"""promtool's unit tests of rules: many files, one process."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from mooring.observability.programs import PROMTOOL
from mooring.observability.testing.programs import path_or_skip

# On two cores that much else runs on; alone it takes some seconds.
_SECONDS = 300.0
_FILE = re.compile(r"^Unit Testing:\s+(?P<file>.+)$", re.M)


def trials(folder: Path, documents: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """What promtool says of each test document: nothing where it passed.

    `documents` are tests by the stems of their files, which are written into `folder`.
    """
    promtool = path_or_skip(PROMTOOL)
    paths = [folder / f"{stem}.test.yaml" for stem in documents]
    for path, document in zip(paths, documents.values(), strict=True):
        path.write_text(yaml.safe_dump(dict(document), allow_unicode=True, width=1000))
    done = subprocess.run(
        [promtool, "test", "rules", *map(str, paths)],
        # Files are named on stdout, and what failed is told on stderr: apart, nobody knows whose.
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_SECONDS,
    )
    said = _by_file(done.stdout)
    return {
        stem: "" if said[str(path)] == "SUCCESS" else f"failed: {said[str(path)]}"
        for stem, path in zip(documents, paths, strict=True)
    }


def _by_file(output: str) -> dict[str, str]:
    parts = _FILE.split(output)[1:]
    return dict(zip(parts[::2], map(str.strip, parts[1::2]), strict=True))
