"""What our rules record, as panels ask for it.

That every one of them is recorded by a rule, with these labels, is tested.
"""

from __future__ import annotations

from mooring.observability.series import Series
from mooring.telemetry.bins import BIN, BINNED
from mooring.telemetry.labels import MODEL, VERSION

_SLO = ("slo",)
_FEATURE = (MODEL.name, VERSION.name, BINNED.name)

# Windows of the error ratio: each alert looks at a long and at a short one.
SLO_WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d")
# Windows over which bins are added up.
BIN_WINDOWS = ("1h", "1d", "1w")

ERROR_RATIO = {
    window: Series(f"slo:sli_error:ratio_rate{window}", "gauge", _SLO) for window in SLO_WINDOWS
}
OBJECTIVE = Series("slo:objective:ratio", "gauge", _SLO)
BUDGET_LEFT = Series("slo:period_budget_left:ratio", "gauge", _SLO)

BIN_ROWS = {
    window: Series(
        f"model_feature:mooring_feature_bin:increase{window}", "gauge", (*_FEATURE, BIN.name)
    )
    for window in BIN_WINDOWS
}
ROWS = {
    window: Series(f"model_feature:mooring_feature_rows:{window}", "gauge", _FEATURE)
    for window in BIN_WINDOWS
}
PSI = {
    window: Series(f"model_feature:mooring_psi:{window}", "gauge", _FEATURE)
    for window in BIN_WINDOWS
}

RECORDED = (
    *ERROR_RATIO.values(),
    OBJECTIVE,
    BUDGET_LEFT,
    *BIN_ROWS.values(),
    *ROWS.values(),
    *PSI.values(),
)
