{{- /* The apply job and the test are clients of the Service, like any other: they check its certificate and show who they
       are. */ -}}

{{- /* dict "root" "settings" (registers or test) "key" (of the bootstrap Secret): the Secret and key of the token. */ -}}
{{- define "ropa.client.token" -}}
{{- if .settings.tokenSecret.name -}}
{{- dict "name" .settings.tokenSecret.name "key" .settings.tokenSecret.key | toYaml -}}
{{- else if include "ropa.bootstrap.callers" .root -}}
{{- dict "name" (include "ropa.bootstrap.name" .root) "key" .key | toYaml -}}
{{- end -}}
{{- end -}}

{{- /* Whether the client can show who it is, or need not. */ -}}
{{- define "ropa.client.known" -}}
{{- if or .settings.certificateSecret (include "ropa.client.token" .) .root.Values.unsafe.withoutAuthentication -}}
true
{{- end -}}
{{- end -}}

{{- /* dict "root" "settings" "key" "wait" (seconds to wait for a server that answers). */ -}}
{{- define "ropa.client.env" -}}
- name: ROPA_SERVER
  value: {{ ternary "https" "http" (not .root.Values.unsafe.withoutTls) }}://{{ include "ropa.host" .root }}:{{ .root.Values.service.port }}
- name: ROPA_WAIT
  value: {{ .wait | quote }}
{{- if not .root.Values.unsafe.withoutTls }}
- name: ROPA_CA
  value: /etc/ropa/ca/ca.crt
{{- end }}
{{- if include "ropa.client.token" . }}
- name: ROPA_TOKEN_FILE
  value: /etc/ropa/token/token
{{- if .root.Values.unsafe.withoutTls }}
- name: ROPA_UNSAFE_TOKEN_WITHOUT_TLS
  value: "true"
{{- end }}
{{- end }}
{{- if .settings.certificateSecret }}
- name: ROPA_CERT
  value: /etc/ropa/certificate/tls.crt
- name: ROPA_KEY
  value: /etc/ropa/certificate/tls.key
{{- end }}
{{- end -}}

{{- define "ropa.client.volumes" -}}
{{- if not .root.Values.unsafe.withoutTls }}
- name: ca
  secret:
    secretName: {{ include "ropa.tls.ca" .root }}
    defaultMode: 0440
    items: [{key: {{ .root.Values.tls.caKey | quote }}, path: ca.crt}]
{{- end }}
{{- with include "ropa.client.token" . | fromYaml }}
- name: token
  secret:
    secretName: {{ .name }}
    defaultMode: 0440
    items: [{key: {{ .key | quote }}, path: token}]
{{- end }}
{{- with .settings.certificateSecret }}
- name: certificate
  secret:
    secretName: {{ . }}
    defaultMode: 0440
    items: [{key: tls.crt, path: tls.crt}, {key: tls.key, path: tls.key}]
{{- end }}
{{- end -}}

{{- define "ropa.client.mounts" -}}
{{- if not .root.Values.unsafe.withoutTls }}
- {name: ca, mountPath: /etc/ropa/ca, readOnly: true}
{{- end }}
{{- if include "ropa.client.token" . }}
- {name: token, mountPath: /etc/ropa/token, readOnly: true}
{{- end }}
{{- if .settings.certificateSecret }}
- {name: certificate, mountPath: /etc/ropa/certificate, readOnly: true}
{{- end }}
{{- end -}}

{{- /* Commands one after another: all but the last are init containers, so that nothing needs a shell.
       dict "root" "settings" "key" "wait" "steps" (list of dict "name" "args") "mounts" (YAML, further ones). */ -}}
{{- define "ropa.client.containers" -}}
{{- $last := sub (len .steps) 1 | int -}}
{{- range $i, $step := .steps }}
{{- if and (eq $i 0) (ne $last 0) }}
initContainers:
{{- end }}
{{- if eq $i $last }}
containers:
{{- end }}
  - name: {{ $step.name }}
    {{- include "ropa.container" $.root | nindent 4 }}
    args:
      {{- toYaml $step.args | nindent 6 }}
    env:
      {{- include "ropa.client.env" $ | nindent 6 }}
    {{- with $.root.Values.jobs.resources }}
    resources:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- with printf "%s%s" (include "ropa.client.mounts" $) ($.mounts | default "") | trim }}
    volumeMounts:
      {{- . | nindent 6 }}
    {{- end }}
{{- end }}
{{- end -}}
