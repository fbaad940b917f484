"""The Prometheus that a board asks: whichever its variable `datasource` names."""

from __future__ import annotations

from grafana_foundation_sdk.models import common

KIND = "prometheus"
VARIABLE = "datasource"


def datasource() -> common.DataSourceRef:
    """The reference that every panel, query, variable and annotation carries."""
    return common.DataSourceRef(type_val=KIND, uid=f"${{{VARIABLE}}}")
