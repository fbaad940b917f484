"""`reference.json`: what a model's inputs and answers were before it served, counted in bins.

Counts are kept for each block (a day of event time, UTC) as well as in total: rows of a day are
not independent of each other, and only whole days left out of the reference show how far one day
may lie from the others.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, ValidationError, model_validator

from mooring.contract.canonical import canonical_json
from mooring.contract.columns import Columns
from mooring.contract.contract import Contract
from mooring.drift.bins import (
    FROZEN,
    SCORE,
    Binned,
    CategoryBins,
    Codes,
    Counts,
    NumberBins,
    Rows,
    unreadable,
)
from mooring.drift.freeze import Values, bins_of, score_bins
from mooring.drift.outcomes import Outcomes, outcomes_of
from mooring.drift.sample import Sample, sample_of

Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Block(BaseModel):
    """Rows that were drawn together: those of one day."""

    model_config = FROZEN

    day: Day
    rows: Rows


class BlockedBins(Binned):
    """One feature's bins; `by_block` holds the rows of each block, and `rows` is their sum."""

    by_block: tuple[tuple[Rows, ...], ...]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if any(len(counts) != len(self.rows) for counts in self.by_block):
            raise ValueError("there is one number of rows for each label in each block")
        if tuple(map(sum, zip(*self.by_block, strict=True))) != self.rows:
            raise ValueError("the rows of the blocks add up to those in total")
        return self

    @property
    def counts(self) -> Counts:
        """Rows by block and bin, shape (blocks, bins)."""
        return np.array(self.by_block, dtype=np.int64)


class Reference(BaseModel):
    """The reference of one bundle: blocks in the order of time, features in that of the contract,
    then the score.

    Bundles from before there were outcomes and a sample have none: labels and how features go
    together are not watched then.
    """

    model_config = FROZEN

    format: Literal[1] = 1
    model: str
    contract: str
    blocks: Annotated[tuple[Block, ...], Field(min_length=1)]
    features: tuple[BlockedBins, ...]
    outcomes: Outcomes | None = Field(default=None, exclude_if=lambda found: found is None)
    sample: Sample | None = Field(default=None, exclude_if=lambda found: found is None)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        expected = tuple(block.rows for block in self.blocks)
        for feature in self.features:
            if tuple(map(sum, feature.by_block)) != expected:
                raise ValueError(f"{feature.feature}: each row of a block is in one bin")
        names = [feature.feature for feature in self.features]
        if len(set(names)) != len(names) or SCORE not in names:
            raise ValueError("features are distinct, and one is the score")
        return self

    @model_validator(mode="after")
    def _of_these_blocks(self) -> Self:
        if self.outcomes is not None and len(self.outcomes.blocks) != len(self.blocks):
            raise ValueError("there are outcomes of each block")
        if self.sample is not None:
            if {len(texts) for texts in self.sample.codes.values()} != {len(self.blocks)}:
                raise ValueError("there is a sample of each block")
            if not set(self.sample.features) <= {feature.feature for feature in self.features}:
                raise ValueError("the sample is of features that have bins")
        return self

    @property
    def rows(self) -> int:
        """Rows of the reference."""
        return sum(block.rows for block in self.blocks)

    def feature(self, name: str) -> BlockedBins:
        """One feature, or `SCORE`. Raises KeyError."""
        for feature in self.features:
            if feature.feature == name:
                return feature
        raise KeyError(name)

    def to_json(self) -> bytes:
        """Write `reference.json` canonically."""
        return canonical_json(self.model_dump(mode="json"))


def reference_of(
    contract: Contract,
    columns: Columns,
    predictions: Values,
    days: NDArray[Any],
    outcomes: tuple[Values, Values] | None = None,
) -> Reference:
    """Freeze the bins of rows that the model has not learned from, and count these rows in them.

    `predictions` are what the served runtime says to them, `days` the day of each row's event time
    (datetime64, or days since 1970), `outcomes` predictions and labels; all of shape (n,), as each
    of `columns`. The predictions of `outcomes` may be another runtime's: sums of them are written
    with ten digits, which scikit-learn has alike on every machine.
    """
    names, blocks = np.unique(days.astype("datetime64[D]"), return_inverse=True)
    sizes = np.bincount(blocks, minlength=len(names)).tolist()
    values = {**{f.name: columns[f.name] for f in contract.features}, SCORE: predictions}
    bins = {f.name: bins_of(f, columns[f.name]) for f in contract.features}
    bins[SCORE] = score_bins(predictions)
    codes = {name: each.assign(values[name]) for name, each in bins.items()}
    told = {f.name: codes[f.name] for f in contract.features if not f.sensitive}
    return Reference(
        model=contract.name,
        contract=contract.version,
        blocks=tuple(
            Block(day=str(day), rows=rows) for day, rows in zip(names, sizes, strict=True)
        ),
        features=tuple(_blocked(name, bins[name], codes[name], blocks) for name in bins),
        outcomes=outcomes and outcomes_of(contract.prediction.kind, *outcomes, blocks),
        sample=sample_of({**told, SCORE: codes[SCORE]}, blocks) if len(blocks) else None,
    )


def read_reference(document: bytes, *, place: str) -> Reference:
    """Read `reference.json`. Raises ReferenceUnreadable with the field at fault."""
    try:
        return Reference.model_validate_json(document)
    except ValidationError as error:
        raise unreadable(error, place) from None


def _blocked(
    name: str, bins: NumberBins | CategoryBins, codes: Codes, blocks: NDArray[np.intp]
) -> BlockedBins:
    size, count = len(bins.labels), int(blocks.max(initial=-1)) + 1
    flat = np.bincount(blocks * size + codes, minlength=count * size)
    counts = flat.reshape(count, size)
    return BlockedBins(
        feature=name,
        bins=bins,
        rows=tuple(counts.sum(axis=0).tolist()),
        by_block=tuple(tuple(block) for block in counts.tolist()),
    )
