"""Whether the monitoring itself can be believed."""

from __future__ import annotations

from mooring.observability.panel import Board, Row
from mooring.observability.panels import monitor, process, watching
from mooring.observability.queries.scope import EVERY

HEALTH = Board(
    "mooring-health",
    "Mooring / Monitoring health",
    "Whether the monitoring itself works: what is scraped, computed and told, and whether the "
    "monitor keeps up. Where this board is red, silence elsewhere means nothing.",
    (
        Row("Targets", (watching.up(), watching.firing())),
        Row("Scrapes", (watching.scrape_seconds(), watching.samples(), watching.head())),
        Row(
            "Rules and notifications",
            (
                watching.rules_failed(),
                watching.rule_time(),
                process.lost_lines(),
                watching.notifications(),
                watching.configured(),
            ),
        ),
        Row(
            "The monitor",
            (
                monitor.staleness(EVERY),
                monitor.lag(EVERY),
                monitor.read(EVERY),
                monitor.segments(EVERY),
                monitor.runs(EVERY),
                monitor.window_age(EVERY),
            ),
        ),
    ),
    per_model=False,
)
