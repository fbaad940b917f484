"""The corpus: raw bytes in files, and beside them what must be answered, and why."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parent

# Stands in what is sent, and must never be in an answer.
CANARY = b"canary7391"


@dataclass(frozen=True)
class Case:
    """One file; `expected` is its table in expected.toml."""

    name: str
    raw: bytes
    expected: dict[str, Any]

    @property
    def why(self) -> str:
        return str(self.expected["why"])


def cases_in(folder: str) -> list[Case]:
    """Every file of a folder. Raises ValueError when files and table do not match."""
    table = tomllib.loads((CORPUS / folder / "expected.toml").read_text())
    files = {path.stem: path for path in sorted((CORPUS / folder).glob("*.raw"))}
    if files.keys() != table.keys():
        raise ValueError(f"{folder}: without a partner: {sorted(files.keys() ^ table.keys())}")
    return [Case(name, path.read_bytes(), table[name]) for name, path in files.items()]
