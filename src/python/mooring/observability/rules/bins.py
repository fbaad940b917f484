"""The population stability index in PromQL, from counters alone.

For two histograms with shares p (now) and q (reference): PSI = Σ (p − q) · ln(p / q). Shares are
smoothed by half a row in each bin, on both sides: (rows of the bin + ½) / (rows + B/2). So no bin
is empty, and no logarithm infinite.

It is the live view and a check on the monitor's own figures, not the alarm: `increase()` survives
restarts of the service, but extrapolates to the window's edges and knows no event time.

A version of a model with d features of B bins costs d·B series for each window, d·B for the
reference, and 2·d for each window besides: 13 features of 13 bins are 13·13·4 + 13·2·3 = 754.
"""

from __future__ import annotations

from mooring.observability.queries.recorded import BIN_ROWS, BIN_WINDOWS, PSI, ROWS
from mooring.observability.queries.scope import EVERY, summed
from mooring.observability.rule import Group, Recorded
from mooring.observability.series import Series
from mooring.telemetry.bins import BIN, BINNED, FEATURE_BIN, REFERENCE_BIN_ROWS, REFERENCE_TESTABLE
from mooring.telemetry.labels import MODEL, VERSION

# Fewer rows give no index: without any drift 13 bins of 100 rows have one of 0.12 in the mean,
# (B − 1) / m, beyond the 0.1 that many take for a change. How many rows there are is recorded, so
# that a panel can say why there is no index.
LEAST_ROWS = 100

_FEATURE = (MODEL.name, VERSION.name, BINNED.name)
_BINS = (*_FEATURE, BIN.name)
_OF_FEATURE = f"on ({', '.join(_FEATURE)})"

REFERENCE_SHARE = Series("model_feature:mooring_reference_bin:share", "gauge", _BINS)

# Replicas report the same reference; they are never added up.
_REFERENCE = EVERY.most(REFERENCE_BIN_ROWS, *_BINS)
_TESTABLE = f"{EVERY.most(REFERENCE_TESTABLE, *_FEATURE)} == 1"


def bin_groups() -> tuple[Group, ...]:
    """One group, evaluated in order: each rule builds on those before it."""
    windows = (rule for window in BIN_WINDOWS for rule in _window(window))
    return (Group("mooring-bins", (_reference(), *windows), "1m"),)


def _reference() -> Recorded:
    return Recorded(REFERENCE_SHARE.name, _share(_REFERENCE), REFERENCE_SHARE.label_names)


def _window(window: str) -> tuple[Recorded, ...]:
    grown = summed(f"increase({FEATURE_BIN.name}[{window}])", *_BINS)
    return (
        Recorded(BIN_ROWS[window].name, grown, _BINS),
        Recorded(ROWS[window].name, summed(BIN_ROWS[window].name, *_FEATURE), _FEATURE),
        Recorded(PSI[window].name, _psi(window), _FEATURE),
    )


def _psi(window: str) -> str:
    """Nothing for a feature that cannot be tested, nor for too few rows."""
    now, was = _share(BIN_ROWS[window].name), REFERENCE_SHARE.name
    index = summed(f"({now} - {was}) * ln({now} / {was})", *_FEATURE)
    enough = f"{ROWS[window].name} >= {LEAST_ROWS}"
    return f"{index}\nand {_OF_FEATURE} {enough}\nand {_OF_FEATURE} {_TESTABLE}"


def _share(rows: str) -> str:
    """The smoothed share of each bin: half a row for each of B bins adds up to B/2."""
    smoothed = f"({rows} + 0.5)"
    return f"({smoothed} / {_OF_FEATURE} group_left () {summed(smoothed, *_FEATURE)})"
