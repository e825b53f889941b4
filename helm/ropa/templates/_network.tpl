{{- /* Rules that several network policies have. */ -}}

{{- define "ropa.network.dns" -}}
{{- $dns := .Values.networkPolicy.dns -}}
- ports:
    {{- range $dns.ports }}
    - {protocol: UDP, port: {{ int . }}}
    - {protocol: TCP, port: {{ int . }}}
    {{- end }}
  {{- with $dns.to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- /* dict "root" "own" (a port of the migration's own, if any) "database" (as server or migration see it). A port in a Secret
       cannot be read here: the rule has to say it, else it is taken to be 5432. */ -}}
{{- define "ropa.network.database" -}}
{{- $rule := .root.Values.networkPolicy.database -}}
- ports: [{protocol: TCP, port: {{ .own | default $rule.port | default .database.port | default 5432 | int }}}]
  {{- with $rule.to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "ropa.network.migration" -}}
{{- include "ropa.network.database" (dict "root" . "own" .Values.migrations.database.port "database" (include "ropa.database.migration" . | fromYaml)) -}}
{{- end -}}

{{- define "ropa.network.tracing" -}}
{{- $rule := .Values.networkPolicy.tracing -}}
{{- $port := regexFind "[0-9]+$" .Values.tracing.endpoint -}}
- ports: [{protocol: TCP, port: {{ $rule.port | default $port | int }}}]
  {{- with $rule.to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "ropa.network.server" -}}
- ports: [{protocol: TCP, port: 50051}]
  to:
    - podSelector:
        matchLabels:
          {{- include "ropa.selector" (dict "root" . "component" "server") | nindent 10 }}
{{- end -}}
