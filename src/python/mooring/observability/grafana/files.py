"""The files under deploy/grafana: dashboards in both forms, and what provisions them."""

from __future__ import annotations

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from mooring.observability.boards.every import BOARDS
from mooring.observability.grafana.dashboards import dashboard, manifest
from mooring.observability.grafana.provisioning import datasources, providers

_ROOT = "deploy/grafana"


def files() -> dict[str, str]:
    """Texts by their paths from the root of the repository."""
    classic = {f"{_ROOT}/dashboards/{board.uid}.json": _json(dashboard(board)) for board in BOARDS}
    wrapped = {f"{_ROOT}/manifests/{board.uid}.json": _json(manifest(board)) for board in BOARDS}
    return classic | wrapped | _provisioning()


def _provisioning() -> dict[str, str]:
    return {
        f"{_ROOT}/provisioning/datasources/mooring.yaml": datasources(),
        f"{_ROOT}/provisioning/dashboards/mooring.yaml": providers(),
    }


def _json(thing: object) -> str:
    return JSONEncoder(sort_keys=True, indent=2, ensure_ascii=False).encode(thing) + "\n"
