"""Evidently's own report on drift, as its package draws it.

    evidently FOLDER    reads reference.parquet and window.parquet there, writes report.html

A process of its own with libraries of its own (`3rdparty/python/drift-peers.txt`); it knows nothing
of this repository.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
from evidently import (  # type: ignore[import-untyped,import-not-found,unused-ignore]
    DataDefinition,
    Dataset,
    Report,
)
from evidently.presets import (  # type: ignore[import-untyped,import-not-found,unused-ignore]
    DataDriftPreset,
)


def main() -> None:
    """Read, compare by the defaults of the preset, write."""
    warnings.filterwarnings("ignore")
    folder = Path(sys.argv[1])
    reference, window = (pd.read_parquet(folder / f"{n}.parquet") for n in ("reference", "window"))
    definition = _definition(reference)
    told = Report([DataDriftPreset()]).run(
        Dataset.from_pandas(window, data_definition=definition),
        Dataset.from_pandas(reference, data_definition=definition),
    )
    told.save_html(str(folder / "report.html"))


def _definition(rows: pd.DataFrame) -> Any:
    numbers = [name for name in rows if pd.api.types.is_numeric_dtype(rows[name])]
    texts = [name for name in rows if name not in numbers]
    return DataDefinition(numerical_columns=numbers, categorical_columns=texts)


if __name__ == "__main__":
    main()
