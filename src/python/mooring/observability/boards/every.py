"""All dashboards, in the order in which one looks at them."""

from __future__ import annotations

from mooring.observability.boards.drift import DRIFT
from mooring.observability.boards.health import HEALTH
from mooring.observability.boards.overview import OVERVIEW
from mooring.observability.boards.quality import QUALITY
from mooring.observability.boards.retraining import RETRAINING
from mooring.observability.boards.serving import SERVING
from mooring.observability.panel import Board

BOARDS: tuple[Board, ...] = (OVERVIEW, SERVING, DRIFT, QUALITY, RETRAINING, HEALTH)
