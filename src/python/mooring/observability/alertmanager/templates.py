"""The templates of what people read, in Go's template language: one file for all receivers.

Labels and annotations come from outside and are not trusted. In mail Alertmanager escapes by
itself (Go's html/template); for Slack these templates do, since nobody else does; PagerDuty gets
JSON. A value in a headline becomes one line. A link is a link only where it begins with http.

Alertmanager knows no `humanize`; in rules it would print 0.2747 as 274.7m, so numbers are written
into annotations by `printf`.
"""

from __future__ import annotations

from mooring.observability.alertmanager.mail import MAIL
from mooring.observability.alertmanager.pagerduty import PAGERDUTY
from mooring.observability.alertmanager.slack import SLACK
from mooring.observability.documents import WRITTEN_BY

# Shared by all: what one alert is, and what a group of them is called.
_SHARED = r"""
{{ define "mooring.line" }}{{ reReplaceAll "[\\s\\pC]+" " " . }}{{ end }}

{{ define "mooring.summary" -}}
{{ if .Annotations.summary }}{{ template "mooring.line" .Annotations.summary }}
{{- else }}{{ template "mooring.line" .Labels.alertname }}{{ end }}
{{- end }}

{{ define "mooring.subject" -}}
{{ if eq .Status "firing" }}Firing{{ else }}Resolved{{ end }}
{{- with .CommonLabels.severity }} {{ template "mooring.line" . }}{{ end }}
{{- with .GroupLabels.model }}, {{ template "mooring.line" . }}{{ end }}
{{- if eq (len .Alerts) 1 }}: {{ range .Alerts }}{{ template "mooring.summary" . }}{{ end }}
{{- else }}: {{ len .Alerts.Firing }} firing, {{ len .Alerts.Resolved }} resolved
{{- with .CommonLabels.alertname }}: {{ template "mooring.line" . }}{{ end }}
{{- end }}
{{- end }}

{{ define "mooring.about" -}}
{{ template "mooring.line" .Labels.alertname }}
{{- with .Labels.model }}, model {{ template "mooring.line" . }}{{ end }}
{{- with .Labels.version }} version {{ template "mooring.line" . }}{{ end }}
{{- with .Labels.feature }}, feature {{ template "mooring.line" . }}{{ end }}
{{- with .Labels.severity }}, {{ template "mooring.line" . }}{{ end }}
{{- end }}

{{ define "mooring.next" -}}
{{ if eq . "retrain" }}The monitor may start a retraining by itself; look whether it does.
{{- else if eq . "block" }}Retraining is held back until this is over. Mend the data first.
{{- else }}Nothing happens by itself. Follow the runbook.{{ end }}
{{- end }}

{{ define "mooring.since" }}since {{ .StartsAt.UTC.Format "2006-01-02 15:04 UTC" }}{{ end }}
{{ define "mooring.until" }}until {{ .EndsAt.UTC.Format "2006-01-02 15:04 UTC" }}{{ end }}

{{ define "mooring.when" -}}
{{ template "mooring.since" . }}
{{- if eq .Status "resolved" }} {{ template "mooring.until" . }}{{ end }}
{{- end }}

{{ define "mooring.all" }}{{ .ExternalURL }}/#/alerts?receiver={{ .Receiver | urlquery }}{{ end }}
"""


def templates() -> str:
    """The text of the file."""
    header = f"{{{{/* {WRITTEN_BY} */}}}}\n"
    return header + _SHARED + MAIL + SLACK + PAGERDUTY
