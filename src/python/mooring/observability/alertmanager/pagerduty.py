"""What stands in PagerDuty: details as text; its JSON is made by Alertmanager."""

from __future__ import annotations

# Its links are of a group, so they are those of the first alert.
PAGERDUTY = r"""
{{ define "mooring.pagerduty.firing" -}}
{{ range .Alerts.Firing }}{{ template "mooring.mail.text.alert" . }}{{ end }}
{{- end }}

{{ define "mooring.pagerduty.resolved" -}}
{{ range .Alerts.Resolved }}{{ template "mooring.mail.text.alert" . }}{{ end }}
{{- end }}

{{ define "mooring.pagerduty.runbook" -}}
{{ with index .Alerts 0 }}{{ template "mooring.pagerduty.link" .Annotations.runbook_url }}{{ end }}
{{- end }}

{{ define "mooring.pagerduty.dashboard" -}}
{{ with index .Alerts 0 }}{{ template "mooring.pagerduty.link" .Annotations.dashboard_url }}
{{- end }}
{{- end }}

{{ define "mooring.pagerduty.link" -}}
{{ if match "^https?://" . }}{{ reReplaceAll "[\\s\\pC]" "" . }}{{ end }}
{{- end }}
"""
