"""The ends of the routes: mail, Slack and PagerDuty for people, a webhook for the monitor."""

from __future__ import annotations

from typing import Any

from mooring.observability.alertmanager import routes
from mooring.observability.alertmanager.destinations import (
    MAIL_PASSWORD,
    MONITOR_TOKEN,
    PAGERDUTY_KEY,
    SLACK_URL,
    Destinations,
)


def settings(destinations: Destinations) -> dict[str, Any]:
    """What all receivers share: the servers, and who asks them."""
    shared: dict[str, Any] = {"resolve_timeout": "5m"}
    if mail := destinations.mail:
        shared |= {
            "smtp_smarthost": mail.smarthost,
            "smtp_from": mail.sender,
            "smtp_require_tls": mail.encrypted,
        }
        if mail.user:
            shared["smtp_auth_username"] = mail.user
            shared["smtp_auth_password_file"] = destinations.secret(MAIL_PASSWORD)
    if destinations.slack_channel:
        shared["slack_api_url_file"] = destinations.secret(SLACK_URL)
    if destinations.pagerduty_url:
        shared["pagerduty_url"] = destinations.pagerduty_url
    return shared


def receivers(destinations: Destinations) -> list[dict[str, Any]]:
    """All receivers; one whose destinations are left out stays, and tells nobody."""
    mail, slack = _mail(destinations), _slack(destinations)
    return [
        {"name": routes.PEOPLE, **mail, **slack, **_pagerduty(destinations)},
        {"name": routes.TICKETS, **mail, **slack},
        {"name": routes.READERS, **slack},
        {"name": routes.MONITOR, **_webhook(destinations)},
        {"name": routes.HEARTBEAT, **_heartbeat(destinations)},
    ]


def _mail(destinations: Destinations) -> dict[str, Any]:
    if destinations.mail is None:
        return {}
    told = {
        "to": destinations.mail.to,
        "send_resolved": True,
        "headers": {"Subject": _template("subject")},
        "html": _template("mail.html"),
        "text": _template("mail.text"),
    }
    return {"email_configs": [told]}


def _slack(destinations: Destinations) -> dict[str, Any]:
    if destinations.slack_channel is None:
        return {}
    told = {
        "channel": destinations.slack_channel,
        "send_resolved": True,
        "username": "Mooring",
        "color": _template("slack.colour"),
        "title": _template("slack.title"),
        "title_link": _template("all"),
        "fallback": _template("slack.title"),
        "text": _template("slack.text"),
        "mrkdwn_in": ["text"],
        # Names in a label must not call anybody.
        "link_names": False,
    }
    return {"slack_configs": [told]}


def _pagerduty(destinations: Destinations) -> dict[str, Any]:
    if destinations.pagerduty_url is None:
        return {}
    told = {
        "routing_key_file": destinations.secret(PAGERDUTY_KEY),
        "send_resolved": True,
        "description": _template("subject"),
        "severity": "critical",
        "client": "Mooring",
        "client_url": _template("all"),
        "class": "{{ .CommonLabels.alertname }}",
        "component": "{{ .CommonLabels.model }}",
        "group": "{{ .CommonLabels.action }}",
        "details": {
            "model": "{{ .CommonLabels.model }}",
            "version": "{{ .CommonLabels.version }}",
            "firing": _template("pagerduty.firing"),
            "resolved": _template("pagerduty.resolved"),
        },
        "links": [
            {"href": _template("pagerduty.runbook"), "text": "Runbook"},
            {"href": _template("pagerduty.dashboard"), "text": "Dashboard"},
        ],
    }
    return {"pagerduty_configs": [told]}


def _webhook(destinations: Destinations) -> dict[str, Any]:
    if destinations.monitor_url is None:
        return {}
    secret = {"type": "Bearer", "credentials_file": destinations.secret(MONITOR_TOKEN)}
    told = {
        "url": destinations.monitor_url,
        "send_resolved": True,
        # Whoever redirects a call that carries the secret is not the monitor.
        "http_config": {"authorization": secret, "follow_redirects": False},
    }
    return {"webhook_configs": [told]}


def _heartbeat(destinations: Destinations) -> dict[str, Any]:
    if destinations.heartbeat_url is None:
        return {}
    return {"webhook_configs": [{"url": destinations.heartbeat_url, "send_resolved": False}]}


def _template(name: str) -> str:
    return f'{{{{ template "mooring.{name}" . }}}}'
