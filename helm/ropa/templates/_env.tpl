{{- /* Environment. A name that is there twice is an error with server-side apply, so lists are merged and never joined. */ -}}

{{- /* dict "own" (YAML of a list) "extra" (list): by name, the later wins, and stays where the name came first. */ -}}
{{- define "ropa.env.merged" -}}
{{- $names := list -}}
{{- $entries := dict -}}
{{- range concat (fromYamlArray .own) (.extra | default list) -}}
{{- $names = append $names .name -}}
{{- $_ := set $entries .name . -}}
{{- end -}}
{{- $merged := list -}}
{{- range uniq $names -}}
{{- $merged = append $merged (get $entries .) -}}
{{- end -}}
{{- toYaml $merged -}}
{{- end -}}

{{- /* A whole number that is set, 0 included: dict "name" "value". Large ones must not become 1e+06. */ -}}
{{- define "ropa.env.number" -}}
{{- if not (kindIs "invalid" .value) }}
- name: {{ .name }}
  value: {{ int64 .value | quote }}
{{- end }}
{{- end -}}

{{- /* What all commands share. */ -}}
{{- define "ropa.env.log" -}}
- name: ROPA_LOG
  value: {{ .Values.config.log.level | quote }}
- name: ROPA_LOG_FORMAT
  value: {{ .Values.config.log.format | quote }}
{{- end -}}

{{- /* Where the servers listen. `[::]` takes IPv4 as well, but not on a node whose kernel has no IPv6, so it is only where
       IPv6 is asked for. */ -}}
{{- define "ropa.listenAddress" -}}
{{- $dual := has .Values.service.ipFamilyPolicy (list "PreferDualStack" "RequireDualStack") -}}
{{- .Values.config.listenAddress | default (or $dual (has "IPv6" .Values.service.ipFamilies) | ternary "[::]" "0.0.0.0") -}}
{{- end -}}

{{- define "ropa.env.server" -}}
{{ include "ropa.env.log" . }}
- name: ROPA_LISTEN
  value: "{{ include "ropa.listenAddress" . }}:50051"
- name: ROPA_HEALTH_LISTEN
  value: "{{ include "ropa.listenAddress" . }}:9090"
{{- if include "ropa.tls.secret" . }}
- name: ROPA_TLS_CERT
  value: /etc/ropa/tls/tls.crt
- name: ROPA_TLS_KEY
  value: /etc/ropa/tls/tls.key
{{- else }}
- name: ROPA_UNSAFE_LISTEN_WITHOUT_TLS
  value: "true"
{{- end }}
{{- if .Values.tls.clientAuth.caSecret }}
- name: ROPA_CLIENT_CA
  value: /etc/ropa/client-ca/ca.crt
{{- if .Values.tls.clientAuth.required }}
- name: ROPA_CLIENT_CERTIFICATE
  value: required
{{- end }}
{{- end }}
{{- if include "ropa.callers.sources" . | trim }}
- name: ROPA_CALLERS
  value: /etc/ropa/callers
{{- end }}
{{- if .Values.unsafe.withoutAuthentication }}
- name: ROPA_UNSAFE_LISTEN_WITHOUT_AUTHENTICATION
  value: "true"
{{- end }}
{{ include "ropa.database.env" (dict "root" . "database" (include "ropa.database.server" . | fromYaml)) }}
{{- include "ropa.env.number" (dict "name" "ROPA_DATABASE_CONNECTIONS" "value" .Values.database.connections) }}
{{- include "ropa.env.number" (dict "name" "ROPA_DRAIN" "value" .Values.shutdown.drainSeconds) }}
{{- with .Values.config }}
{{- include "ropa.env.number" (dict "name" "ROPA_WORKERS" "value" .workers) }}
{{- include "ropa.env.number" (dict "name" "ROPA_CACHE_MAX_AGE" "value" .cacheMaxAge) }}
{{- include "ropa.env.number" (dict "name" "ROPA_MAX_STALENESS" "value" .maxStaleness) }}
{{- include "ropa.env.number" (dict "name" "ROPA_OBSERVED_DAYS" "value" .observedDays) }}
{{- include "ropa.env.number" (dict "name" "ROPA_MAX_CALLS" "value" .maxCalls) }}
{{- include "ropa.env.number" (dict "name" "ROPA_MAX_CONNECTIONS" "value" .maxConnections) }}
{{- include "ropa.env.number" (dict "name" "ROPA_MAX_CONNECTION_AGE" "value" .maxConnectionAge) }}
{{- if not .reflection }}
- name: ROPA_NO_REFLECTION
  value: "true"
{{- end }}
{{- end }}
{{- if .Values.tracing.endpoint }}
- name: ROPA_OTLP_ENDPOINT
  value: {{ .Values.tracing.endpoint | quote }}
- name: ROPA_TRACE_RATIO
  value: {{ toString .Values.tracing.ratio | quote }}
{{- end }}
{{- end -}}
