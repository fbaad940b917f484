"""The live view from counters: the bins of the model service against the reference."""

from __future__ import annotations

from mooring.observability.panel import Panel, Step
from mooring.observability.queries.recorded import BIN_ROWS, PSI, ROWS
from mooring.observability.queries.scope import Scope, share, summed
from mooring.observability.query import Query
from mooring.telemetry.bins import FEATURE_BIN, REFERENCE_BIN_ROWS, SCORE
from mooring.telemetry.drift import DRIFT_PSI

_FEATURE = ("model", "version", "feature")
_SCORE = (f'feature="{SCORE}"',)
# Bins that hold no ordinary values: their labels start with 97 to 99.
_UNUSUAL = ('bin=~"9[789].*"',)
# Beyond this, counters and log do not tell the same.
MISMATCH = 0.02


def live_psi(scope: Scope) -> Panel:
    """The index over the last day, of counters alone."""
    return Panel(
        "PSI by feature, of the last day",
        "timeseries",
        (Query(scope.most(PSI["1d"], *_FEATURE), "{{version}}: {{feature}}"),),
        "none",
        "Population stability index of the rows that services counted in the 24 hours before, "
        "against the reference. It knows no event time: a replay counts when it is sent.",
        "Low and steady. It is noise while few rows are counted: see *Rows in the windows*.",
        "A jump within hours that *PSI by feature, of the last window* will confirm when its "
        "window closes; the alarm waits for that.",
        least=0.0,
    )


def psi_by_window(scope: Scope) -> Panel:
    """The index of the score over several windows."""
    return Panel(
        "PSI of the score, by window",
        "timeseries",
        tuple(
            Query(scope.most(series, "version", where=_SCORE), f"{{{{version}}}} over {window}")
            for window, series in PSI.items()
        ),
        "none",
        "The score's index over the last hour, day and week. The score sees what matters to the "
        "model: a change in a feature that it does not use leaves it alone.",
        "The week's near 0. The hour's and the day's swing with the time of day and the weekday.",
        "The week's rising is what the score monitor looks at: see *Drift evidence and its alarm*.",
        least=0.0,
    )


def mismatch(scope: Scope) -> Panel:
    """How far counters and log are apart."""
    counted, logged = scope.most(PSI["1w"], *_FEATURE), scope.most(DRIFT_PSI, *_FEATURE)
    return Panel(
        "PSI of counters against the log's",
        "timeseries",
        (Query(f"abs({counted} - {logged})", "{{version}}: {{feature}}"),),
        "none",
        "Difference between the index from counters over a week and the one that the monitor "
        "computes from the prediction log.",
        f"Below {MISMATCH:g} once 500 rows are counted and the log's window is the last week.",
        "Above for hours: rows are missing in the log (*Records that were dropped*), or counted "
        "late (a replay). Trust the log.",
        steps=(Step("green"), Step("red", MISMATCH)),
        least=0.0,
    )


def score_window(scope: Scope) -> Panel:
    """The distribution of the score over time."""
    return Panel(
        "Distribution of the score",
        "heatmap",
        (Query(_shares(summed(scope.select(BIN_ROWS["1h"], *_SCORE), "bin")), "{{bin}}"),),
        "percentunit",
        "Which part of the predictions of each hour falls into which bin of the reference. The "
        "bins are such that the reference's own parts, beside it, are about alike.",
        "Every bin stands out about as much as its part in the reference is large.",
        "A bin that comes out: the model answers that more often than in its training. See which "
        "feature moves with it.",
        width=16,
    )


def score_reference(scope: Scope) -> Panel:
    """The distribution of the score in the reference."""
    return Panel(
        "Distribution of the score in the reference",
        "bargauge",
        (Query(_shares(_reference(scope)), "{{bin}}", instant=True),),
        "percentunit",
        "Which part of the reference's predictions falls into which bin: what *Distribution of "
        "the score* is held against.",
        "It changes only when another version is served.",
        "It is frozen in the bundle's `reference.json`.",
        least=0.0,
        width=8,
    )


def rows(scope: Scope) -> Panel:
    """How many rows the windows hold."""
    return Panel(
        "Rows in the windows",
        "timeseries",
        tuple(
            Query(scope.most(series, "version", where=_SCORE), f"{{{{version}}}} over {window}")
            for window, series in ROWS.items()
        ),
        "none",
        "Rows that services counted in the last hour, day and week.",
        "The week's above 500, below which nothing is tested.",
        "Few: PSI is noise and the monitor waits for more rows.",
        logarithmic=True,
    )


def counted(scope: Scope) -> Panel:
    """How fast bins fill, to see that counting goes on."""
    return Panel(
        "Rows counted by feature",
        "timeseries",
        (Query(scope.rate(FEATURE_BIN, "feature"), "{{feature}}"),),
        "cps",
        "Accepted rows in a second that were put into the bins of each feature.",
        "The same for all features, and as in *Predictions by version*.",
        "A feature that lags: the service counts wrongly; report it.",
        least=0.0,
    )


def unusual(scope: Scope) -> Panel:
    """Missing values and values that the reference has no bin for."""
    part = summed(scope.select(BIN_ROWS["1h"], *_UNUSUAL), "feature")
    whole = summed(scope.select(BIN_ROWS["1h"]), "feature")
    return Panel(
        "Missing and other values",
        "timeseries",
        (Query(share(part, whole), "{{feature}}"),),
        "percentunit",
        "Which part of the last hour's rows had no value, or a category that the reference has "
        "among its rare ones or not at all.",
        "Each feature at its own level, as in training.",
        "A jump is a fault at the source, not drift: it holds retraining back.",
        least=0.0,
        most=1.0,
        width=8,
    )


def _reference(scope: Scope) -> str:
    # Equal on all replicas, so never summed over them.
    return summed(scope.most(REFERENCE_BIN_ROWS, *_FEATURE, "bin", where=_SCORE), "bin")


def _shares(rows: str) -> str:
    return f"{rows} / ignoring (bin) group_left () {summed(rows)}"
