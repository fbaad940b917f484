"""A scratch checkout, and a table of rows that can be learned from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from mooring.scaffold.new import Wish

BUILD = 'target(name="all", dependencies=[])\n'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    (root / "models").mkdir(parents=True)
    (root / "models/__init__.py").touch()
    (root / "models/BUILD").write_text(BUILD)
    (root / "pants.toml").touch()
    return root


def loans(rows: int = 400) -> pl.DataFrame:
    """Loans, of which the large and the young default more often."""
    draw = np.random.default_rng(3)
    amount = draw.gamma(2.0, 4_000.0, rows).round(2)
    years = draw.integers(0, 30, rows)
    risk = amount / 8_000 - years / 15 + draw.normal(0, 0.6, rows)
    return pl.DataFrame(
        {
            "Loan Amount": amount,
            "years": [None if i % 11 == 0 else int(y) for i, y in enumerate(years)],
            "purpose": draw.choice(["car", "home", "other"], rows).tolist(),
            "copy": draw.choice(["a", "b"], rows).tolist(),
            "late": (risk > 0.4).astype(int),
        }
    )


def wish_for(table: pl.DataFrame, folder: Path, **said: object) -> Wish:
    """The wish for a model of that table, written as CSV."""
    file = folder / "table.csv"
    table.write_csv(file)
    told: dict[str, object] = {"name": "loan", "file": file, "label": "late", **said}
    return Wish(**told)  # type: ignore[arg-type]
