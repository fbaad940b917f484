"""docs/evidence.md tells the truth: every test it names is there, every message is in the code."""

import ast
import re
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pytest

from tests.repository.tracked import ROOT, files

PAGE = ROOT / "docs/evidence.md"
PACKAGES = Path("src/python/mooring")

# Words too short to tell one message from another.
SHORTEST = 4


@dataclass(frozen=True)
class Row:
    """One row of a table: the test that triggers a message, and what of it never varies."""

    test: str
    fragments: tuple[str, ...]

    @property
    def file(self) -> Path:
        path = Path(self.test.split("::")[0])
        return path if path.parts[0] in ("models", "tests") else PACKAGES / path

    @property
    def function(self) -> str:
        return self.test.split("::")[1]


def rows() -> list[Row]:
    """Rows of three cells whose second is a test; `…` in the third stands for what varies."""
    found = []
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 3 and "::test_" in cells[1]:
            said = " … ".join(re.findall(r"`([^`]+)`", cells[2].replace(r"\|", "|")))
            parts = (part.strip() for part in said.split("…"))
            found.append(Row(cells[1].strip("`"), tuple(p for p in parts if len(p) >= SHORTEST)))
    return found


def sentences() -> list[str]:
    """Every string in our own code, tests left out; of an f-string what never varies."""
    sources = (path for path in files("*.py") if not path.name.endswith("_test.py"))
    trees = (ast.parse((ROOT / path).read_text()) for path in sources)
    nodes = chain.from_iterable(ast.walk(tree) for tree in trees)
    return [n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]


ROWS = rows()
SENTENCES = sentences()


def test_the_page_has_rows() -> None:
    assert len(ROWS) > 30


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.function)
def test_what_the_page_says_is_in_the_code(row: Row) -> None:
    assert f"def {row.function}(" in (ROOT / row.file).read_text()
    unsaid = [part for part in row.fragments if not any(part in said for said in SENTENCES)]
    assert not unsaid
    assert row.fragments, "a row says what is said"
