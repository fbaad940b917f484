"""All dashboards, in the order in which one looks at them."""

from __future__ import annotations

from mooring.observability.boards.overview import OVERVIEW
from mooring.observability.boards.serving import SERVING
from mooring.observability.panel import Board

BOARDS: tuple[Board, ...] = (OVERVIEW, SERVING)
