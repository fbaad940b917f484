"""What stands in Slack: one attachment for a group, in Slack's own markup."""

from __future__ import annotations

# Slack's markup begins with these three; what is written so cannot call a channel or hide a link.
SLACK = r"""
{{ define "mooring.slack.plain" -}}
{{ . | reReplaceAll "[\\s\\pC]+" " " | reReplaceAll "&" "&amp;"
  | reReplaceAll "<" "&lt;" | reReplaceAll ">" "&gt;" }}
{{- end }}

{{ define "mooring.slack.address" -}}
{{ . | reReplaceAll "[\\s\\pC<>|]" "" | reReplaceAll "&" "&amp;" }}
{{- end }}

{{ define "mooring.slack.colour" -}}
{{ if eq .Status "resolved" }}good{{ else if eq .CommonLabels.severity "page" }}danger
{{- else }}warning{{ end }}
{{- end }}

{{ define "mooring.slack.title" -}}
{{ if eq .Status "firing" }}Firing{{ else }}Resolved{{ end }}
{{- with .CommonLabels.severity }} {{ template "mooring.slack.plain" . }}{{ end }}
{{- with .GroupLabels.model }}, {{ template "mooring.slack.plain" . }}{{ end }}
{{- ": " }}
{{- if eq (len .Alerts) 1 }}{{ range .Alerts }}{{ template "mooring.slack.summary" . }}{{ end }}
{{- else }}{{ len .Alerts.Firing }} firing, {{ len .Alerts.Resolved }} resolved{{ end }}
{{- end }}

{{ define "mooring.slack.summary" -}}
{{ if .Annotations.summary }}{{ template "mooring.slack.plain" .Annotations.summary }}
{{- else }}{{ template "mooring.slack.plain" .Labels.alertname }}{{ end }}
{{- end }}

{{ define "mooring.slack.text" -}}
{{ range .Alerts.Firing }}{{ template "mooring.slack.alert" . }}{{ end -}}
{{ range .Alerts.Resolved }}{{ template "mooring.slack.alert" . }}{{ end -}}
{{ end }}

{{ define "mooring.slack.alert" -}}
{{ if eq .Status "resolved" }}:white_check_mark: Resolved: {{ else }}:rotating_light: {{ end -}}
*{{ template "mooring.slack.summary" . }}*
{{ template "mooring.slack.about" . }}, {{ template "mooring.when" . }}
{{ with .Annotations.description }}{{ template "mooring.slack.plain" . }}
{{ end -}}
{{ if eq .Status "firing" }}What to do: {{ template "mooring.next" .Labels.action }}
{{ end -}}
{{ with .Annotations.runbook_url }}{{ template "mooring.slack.runbook" . }}
{{ end -}}
{{ with .Annotations.dashboard_url }}{{ template "mooring.slack.dashboard" . }}
{{ end }}
{{ end }}

{{ define "mooring.slack.about" -}}
{{ template "mooring.slack.plain" .Labels.alertname }}
{{- with .Labels.model }}, model {{ template "mooring.slack.plain" . }}{{ end }}
{{- with .Labels.version }} version {{ template "mooring.slack.plain" . }}{{ end }}
{{- with .Labels.feature }}, feature {{ template "mooring.slack.plain" . }}{{ end }}
{{- with .Labels.severity }}, {{ template "mooring.slack.plain" . }}{{ end }}
{{- end }}

{{ define "mooring.slack.runbook" -}}
{{ if match "^https?://" . }}<{{ template "mooring.slack.address" . }}|Runbook>
{{- else }}Runbook: {{ template "mooring.slack.plain" . }}{{ end }}
{{- end }}

{{ define "mooring.slack.dashboard" -}}
{{ if match "^https?://" . }}<{{ template "mooring.slack.address" . }}|Dashboard>
{{- else }}Dashboard: {{ template "mooring.slack.plain" . }}{{ end }}
{{- end }}
"""
