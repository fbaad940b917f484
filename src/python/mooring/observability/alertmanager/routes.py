"""The tree of routes: people first and always, the monitor besides."""

from __future__ import annotations

from typing import Any

from mooring.observability.alertmanager.destinations import HEARTBEAT_PACE, Destinations, Pace

# Receivers. What has no severity, or one that nobody knows, is taken for a page.
PEOPLE = "people"
TICKETS = "people-tickets"
READERS = "people-readers"
MONITOR = "monitor"
HEARTBEAT = "heartbeat"

# All that is wrong with one model is one message.
GROUPS = ["model"]


def route(destinations: Destinations) -> dict[str, Any]:
    """The whole tree. Its default, for what no branch takes, is people."""
    return {
        "receiver": PEOPLE,
        "group_by": GROUPS,
        **_timed(destinations.paces["page"]),
        "routes": [_heartbeat(), _people(destinations), _monitor(destinations)],
    }


def _heartbeat() -> dict[str, Any]:
    """The alert that always fires: it proves the way, and nobody wants to read it."""
    matchers = ['alertname="Watchdog"']
    return {"receiver": HEARTBEAT, "matchers": matchers, **_timed(HEARTBEAT_PACE)}


def _people(destinations: Destinations) -> dict[str, Any]:
    """Everything else reaches people, each severity at its own pace; and then goes on."""
    return {
        "receiver": PEOPLE,
        "continue": True,
        "routes": [
            _severity("page", PEOPLE, destinations.paces["page"]),
            _severity("ticket", TICKETS, destinations.paces["ticket"]),
            _severity("info", READERS, destinations.paces["info"]),
        ],
    }


def _severity(severity: str, receiver: str, pace: Pace) -> dict[str, Any]:
    return {"receiver": receiver, "matchers": [f'severity="{severity}"'], **_timed(pace)}


def _monitor(destinations: Destinations) -> dict[str, Any]:
    """What asks for a retraining, and what holds one back: two calls, since they mean opposites."""
    return {
        "receiver": MONITOR,
        "matchers": ['action=~"retrain|block"'],
        "group_by": [*GROUPS, "action"],
        "continue": True,
        **_timed(destinations.monitor_pace),
    }


def _timed(pace: Pace) -> dict[str, str]:
    return {
        "group_wait": pace.wait,
        "group_interval": pace.interval,
        "repeat_interval": pace.repeat,
    }
