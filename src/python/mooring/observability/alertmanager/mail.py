"""What stands in a mail: text for all readers, HTML for those that show it."""

from __future__ import annotations

_TEXT = r"""
{{ define "mooring.mail.text" -}}
{{ template "mooring.subject" . }}
{{ range .Alerts.Firing }}{{ template "mooring.mail.text.alert" . }}{{ end -}}
{{ range .Alerts.Resolved }}{{ template "mooring.mail.text.alert" . }}{{ end }}
All alerts: {{ template "mooring.all" . }}
{{ end }}

{{ define "mooring.mail.text.alert" }}
{{ .Status | toUpper }}: {{ template "mooring.summary" . }}
  {{ template "mooring.about" . }}
  {{ template "mooring.when" . }}
{{ with .Annotations.description }}  {{ template "mooring.line" . }}
{{ end -}}
{{ if eq .Status "firing" }}  What to do: {{ template "mooring.next" .Labels.action }}
{{ end -}}
{{ with .Annotations.runbook_url }}  Runbook: {{ template "mooring.line" . }}
{{ end -}}
{{ with .Annotations.dashboard_url }}  Dashboard: {{ template "mooring.line" . }}
{{ end -}}
{{ end }}
"""

# One column of plain boxes: what mail programs agree on.
_HTML = r"""
{{ define "mooring.mail.html" -}}
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ template "mooring.subject" . }}</title></head>
<body style="margin:0;padding:16px;background:#f4f5f5;color:#1f2328;
  font:14px/1.5 Helvetica,Arial,sans-serif">
<div style="max-width:640px;margin:0 auto">
<h1 style="font-size:18px">{{ template "mooring.subject" . }}</h1>
{{ range .Alerts.Firing }}{{ template "mooring.mail.html.alert" . }}{{ end }}
{{ range .Alerts.Resolved }}{{ template "mooring.mail.html.alert" . }}{{ end }}
<p><a href="{{ template "mooring.all" . }}">All alerts</a></p>
</div>
</body>
</html>
{{ end }}

{{ define "mooring.mail.html.alert" -}}
<div style="margin:0 0 12px;padding:12px 16px;background:#ffffff;border-left:4px solid
  {{ if eq .Status "resolved" }}#2da44e{{ else if eq .Labels.severity "page" }}#cf222e
  {{- else }}#bf8700{{ end }}">
<p style="margin:0"><strong>{{ if eq .Status "resolved" }}Resolved: {{ end }}
{{- template "mooring.summary" . }}</strong></p>
<p style="margin:0;color:#57606a">{{ template "mooring.about" . }}<br>
{{ template "mooring.when" . }}</p>
{{ with .Annotations.description }}<p>{{ . }}</p>{{ end }}
{{ if eq .Status "firing" }}<p><strong>What to do:</strong>
{{ template "mooring.next" .Labels.action }}</p>{{ end }}
<p style="margin:0">
{{ with .Annotations.runbook_url }}{{ template "mooring.mail.html.runbook" . }}{{ end }}
{{ with .Annotations.dashboard_url }}{{ template "mooring.mail.html.dashboard" . }}{{ end }}
</p>
</div>
{{ end }}

{{ define "mooring.mail.html.runbook" -}}
{{ if match "^https?://" . }}<a href="{{ . }}">Runbook</a>{{ else }}Runbook: {{ . }}{{ end }}
{{- end }}

{{ define "mooring.mail.html.dashboard" -}}
{{ if match "^https?://" . }}<a href="{{ . }}">Dashboard</a>{{ else }}Dashboard: {{ . }}{{ end }}
{{- end }}
"""

MAIL = _TEXT + _HTML
