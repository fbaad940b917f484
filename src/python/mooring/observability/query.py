"""One query of a panel: PromQL, and how its series are called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Shape = Literal["time_series", "table", "heatmap"]
# A threshold is what values are held against; a bound is one end of a value's interval.
Role = Literal["value", "threshold", "bound"]


@dataclass(frozen=True)
class Query:
    """`expr` in PromQL with Grafana's variables; `legend` in Grafana's `{{label}}` form.

    An instant query has one value for each series, at the end of the panel's time range.
    """

    expr: str
    legend: str = ""
    instant: bool = False
    shape: Shape = "time_series"
    role: Role = "value"
    # Show single requests too, by whose trace one sees what took so long.
    exemplars: bool = False
