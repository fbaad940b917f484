"""Freezing bins at training: from a feature and its values in the reference, or predictions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mooring.contract.columns import NULL_STRING, Column
from mooring.contract.feature import Feature
from mooring.drift.bins import MISSING, MOST_BINS, OTHER, UNSEEN, CategoryBins, NumberBins

# Deciles, as usual for PSI: a window of 500 rows then expects 50 in each.
QUANTILES = 10

# Fewer expected rows in a bin, and the χ² that PSI is judged by does not hold (Cochran 1954).
LEAST_ROWS = 5

# Beyond these, and for open categories, the most frequent ones have a bin.
MOST_LISTED = MOST_BINS - 2
TOP = 10

# Of an open feature, further names that are known; rarer ones count as never seen.
MOST_RARE = 1_000

# A sensitive feature's edge is the mean of so many neighbours on each side: nobody's own value.
NEIGHBOURS = 10

# A label is for people and panels; names are up to 256 characters.
_SHOWN = 40

Values = NDArray[np.float64]


def bins_of(feature: Feature, column: Column) -> NumberBins | CategoryBins:
    """Freeze the bins of a feature whose values in the reference are `column`."""
    if feature.kind == "boolean":
        return NumberBins(edges=(0.0,), labels=("00 false", "01 true", MISSING))
    if feature.kind == "string":
        return category_bins(feature, column)
    return number_bins(column, sensitive=feature.sensitive)


def number_bins(column: Column, *, sensitive: bool = False) -> NumberBins:
    """A bin for each value that more than a tenth of the rows have, quantiles of the rest."""
    values = _present(column)
    distinct, rows = np.unique(values, return_counts=True)
    # Adding 0.0 turns -0.0, which equals 0.0, into 0.0.
    atoms = distinct[_heavy(rows)] + 0.0
    rest = np.sort(values[~np.isin(values, atoms)])
    edges = _quantiles(rest, QUANTILES, smooth=sensitive) + 0.0
    labels = _number_labels(edges.tolist(), atoms.tolist(), told=not sensitive)
    return NumberBins(edges=tuple(edges.tolist()), atoms=tuple(atoms.tolist()), labels=labels)


def score_bins(predictions: Values) -> NumberBins:
    """Quantiles of the predictions, a bin for each that more than a tenth of the rows have.

    Edges lie in the middle between two predictions: the same row is answered with another last
    digit by another machine, in a batch of another size.
    """
    values = _present(predictions)
    distinct, rows = np.unique(values, return_counts=True)
    heavy = _heavy(rows)
    # Up to two edges for each heavy value leave so many bins to the rest.
    most = min(QUANTILES, MOST_BINS - 2 - 2 * int(heavy.sum()))
    rest = np.sort(values[~np.isin(values, distinct[heavy])])
    ends = np.isin(distinct, _quantiles(rest, most)) | heavy
    ends[:-1] |= heavy[1:]
    low, high = distinct[:-1][ends[:-1]], distinct[1:][ends[:-1]]
    middles = low / 2 + high / 2
    edges = np.where((low <= middles) & (middles < high), middles, low) + 0.0
    return NumberBins(edges=tuple(edges.tolist()), labels=_number_labels(edges.tolist(), []))


def category_bins(feature: Feature, column: Column) -> CategoryBins:
    """All categories of a short closed list, else the most frequent ones."""
    listed, rare = feature.categories or (), None
    if feature.open and feature.sensitive:
        # What people typed travels into git and images; how often it is missing may.
        listed = ()
    elif feature.open:
        ranked = _ranked(column)
        listed, rare = ranked[:TOP], tuple(sorted(ranked[TOP : TOP + MOST_RARE]))
    elif len(listed) > MOST_LISTED:
        listed = _ranked(column)[:TOP]
    texts = _numbered([_text(category) for category in listed], told=not feature.sensitive)
    last = (OTHER, MISSING) if rare is None else (UNSEEN, OTHER, MISSING)
    return CategoryBins(categories=tuple(listed), rare=rare, labels=(*texts, *last))


def _present(column: Column) -> Values:
    values = np.asarray(column, dtype=np.float64)
    return values[np.isfinite(values)]


def _heavy(rows: NDArray[np.intp]) -> NDArray[np.bool_]:
    heavy: NDArray[np.bool_] = rows * QUANTILES > rows.sum()
    return heavy


def _quantiles(ordered: Values, most: int, *, smooth: bool = False) -> Values:
    """Upper edges of up to `most` bins that hold equally many of `ordered`, without the last.

    Values that are equal stay in one bin, which merges the bins that they would fill.
    """
    bins = min(most, len(ordered) // LEAST_ROWS)
    if bins < 2:
        return np.array([])
    ends = -(-np.arange(1, bins) * len(ordered) // bins) - 1
    edges = (
        np.array([_mean_around(ordered, end) for end in ends.tolist()]) if smooth else ordered[ends]
    )
    return np.unique(edges[edges < ordered[-1]])


def _mean_around(ordered: Values, index: int) -> float:
    return float(ordered[max(0, index - NEIGHBOURS) : index + NEIGHBOURS].mean())


def _ranked(column: Column) -> tuple[str, ...]:
    """Categories by how frequent they are, those of one frequency in the order of their names."""
    found = Counter(value for value in column.tolist() if value not in (NULL_STRING, None))
    return tuple(sorted(found, key=lambda category: (-found[category], category)))


def _number_labels(
    edges: Sequence[float], atoms: Sequence[float], *, told: bool = True
) -> tuple[str, ...]:
    # Sorted by value, an atom goes before the edge of the interval that it lies in.
    points = sorted([(a, 0, f"= {a:.6g}") for a in atoms] + [(e, 1, f"≤ {e:.6g}") for e in edges])
    texts = [text for _, _, text in points]
    if not edges:
        return (*_numbered(texts, told=told), OTHER, MISSING)
    beyond = f"> {edges[-1]:.6g}"
    # Atoms beyond the last edge lie in the last interval, so they go before it as well.
    return (*_numbered([*texts, beyond], told=told), MISSING)


def _numbered(texts: Sequence[str], *, told: bool) -> list[str]:
    return [f"{code:02} {text}" if told else f"{code:02}" for code, text in enumerate(texts)]


def _text(category: str) -> str:
    """A category as a label shows it: printable, not too long."""
    shown = "".join(letter if letter.isprintable() else "·" for letter in category)
    return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"
