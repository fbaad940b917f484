"""A few rows of each block as codes of their bins: how features went together before.

What a classifier needs to tell a window from the reference. Codes rather than values: no row can be
read from them, and a sensitive feature has none at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, model_validator

from mooring.drift.bins import FROZEN, Codes

# Rows of one block, and of all blocks together; a classifier of fifteen features asks for no more.
MOST_ROWS, MOST_IN_ALL = 100, 4_000

# A code is one character: there are at most 22 bins.
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

Text = Annotated[str, Field(pattern=r"^[0-9a-z]*$")]


class Sample(BaseModel):
    """Rows of each block, in the order of the reference's blocks: for each feature a text with one
    digit (base 36) for each row, the code of its bin.
    """

    model_config = FROZEN

    codes: dict[str, tuple[Text, ...]]

    @model_validator(mode="after")
    def _rectangular(self) -> Self:
        shapes = {tuple(map(len, texts)) for texts in self.codes.values()}
        if len(shapes) != 1:
            raise ValueError("each feature has one code for each row")
        return self

    @property
    def features(self) -> tuple[str, ...]:
        """Whose codes they are, by name."""
        return tuple(sorted(self.codes))

    def rows(self) -> tuple[NDArray[np.int8], NDArray[np.intp]]:
        """Codes of shape (rows, features), in the order of `features`, and the number of each row's
        block, shape (rows,).
        """
        columns = [_codes("".join(self.codes[name])) for name in self.features]
        sizes = [len(text) for text in next(iter(self.codes.values()))]
        return np.stack(columns, axis=1), np.repeat(np.arange(len(sizes)), sizes)


def sample_of(codes: Mapping[str, Codes], block: NDArray[np.intp]) -> Sample:
    """Rows at even distances in the order of their codes, which no order of the rows changes.

    `codes` by feature and `block` have the shape (n,); blocks count from 0 without gaps.
    """
    rows = np.stack([codes[name] for name in sorted(codes)], axis=1)
    blocks = int(block.max()) + 1
    chosen = [_spread(rows[block == n], most_rows(blocks)) for n in range(blocks)]
    texts = {
        name: tuple("".join(DIGITS[code] for code in part[:, column].tolist()) for part in chosen)
        for column, name in enumerate(sorted(codes))
    }
    return Sample(codes=texts)


def most_rows(blocks: int) -> int:
    """Rows that are kept of each of so many blocks."""
    return max(1, min(MOST_ROWS, MOST_IN_ALL // blocks))


def _spread(rows: NDArray[np.intp], most: int) -> NDArray[np.intp]:
    ordered = rows[np.lexsort(rows.T[::-1])]
    wanted = min(most, len(ordered))
    # The middle of each of so many equal parts.
    return ordered[(np.arange(wanted) * 2 + 1) * len(ordered) // (2 * wanted)]


def _codes(text: str) -> NDArray[np.int8]:
    digits = np.frombuffer(text.encode(), dtype=np.uint8).astype(np.int16)
    return np.where(digits >= ord("a"), digits - ord("a") + 10, digits - ord("0")).astype(np.int8)
