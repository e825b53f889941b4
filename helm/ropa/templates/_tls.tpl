{{- /* Certificates and callers: which Secret has them, and what the bootstrap has to make. Empty is "no". */ -}}

{{- define "ropa.bootstrap.tls" -}}
{{- if and .Values.bootstrap.enabled (not .Values.unsafe.withoutTls) (not .Values.tls.existingSecret) (not .Values.tls.certManager.enabled) -}}
true
{{- end -}}
{{- end -}}

{{- define "ropa.bootstrap.callers" -}}
{{- if and .Values.bootstrap.enabled .Values.bootstrap.callers (not .Values.unsafe.withoutAuthentication) -}}
true
{{- end -}}
{{- end -}}

{{- /* The Secret with the server's certificate; empty without TLS. */ -}}
{{- define "ropa.tls.secret" -}}
{{- if .Values.tls.existingSecret -}}
{{- .Values.tls.existingSecret -}}
{{- else if .Values.tls.certManager.enabled -}}
{{- include "ropa.named" (dict "root" . "suffix" "tls") -}}
{{- else if include "ropa.bootstrap.tls" . -}}
{{- include "ropa.bootstrap.name" . -}}
{{- end -}}
{{- end -}}

{{- /* The Secret with the authority that clients check against. */ -}}
{{- define "ropa.tls.ca" -}}
{{- .Values.tls.caSecret | default (include "ropa.tls.secret" .) -}}
{{- end -}}

{{- /* Sources of the one folder of callers, each under a name of its own. Of the bootstrap Secret only the digests are
       mounted, never the tokens. */ -}}
{{- define "ropa.callers.sources" -}}
{{- if include "ropa.bootstrap.callers" . }}
- secret:
    name: {{ include "ropa.bootstrap.name" . }}
    items: [{key: callers.yaml, path: bootstrap.yaml}]
{{- end }}
{{- if .Values.callers.entries }}
- configMap:
    name: {{ include "ropa.named" (dict "root" . "suffix" "callers") }}
    items: [{key: callers.yaml, path: entries.yaml}]
{{- end }}
{{- range $i, $source := .Values.callers.existingSecrets }}
- secret:
    name: {{ $source.name }}
    items: [{key: {{ $source.key | quote }}, path: secret-{{ $i }}.yaml}]
{{- end }}
{{- range $i, $source := .Values.callers.existingConfigMaps }}
- configMap:
    name: {{ $source.name }}
    items: [{key: {{ $source.key | quote }}, path: configmap-{{ $i }}.yaml}]
{{- end }}
{{- end -}}

{{- /* Volumes are whole folders and never subPath: those would not follow when a Secret changes. */ -}}
{{- define "ropa.tls.volumes" -}}
{{- $tls := .Values.tls -}}
{{- with include "ropa.tls.secret" . }}
- name: tls
  secret:
    secretName: {{ . }}
    defaultMode: 0440
    items:
      - {key: {{ ternary $tls.certKey "tls.crt" (not (empty $tls.existingSecret)) | quote }}, path: tls.crt}
      - {key: {{ ternary $tls.keyKey "tls.key" (not (empty $tls.existingSecret)) | quote }}, path: tls.key}
{{- end }}
{{- if $tls.clientAuth.caSecret }}
- name: client-ca
  secret:
    secretName: {{ $tls.clientAuth.caSecret }}
    defaultMode: 0440
    items: [{key: {{ $tls.clientAuth.caKey | quote }}, path: ca.crt}]
{{- end }}
{{- with include "ropa.callers.sources" . | trim }}
- name: callers
  projected:
    defaultMode: 0440
    sources:
      {{- . | nindent 6 }}
{{- end }}
{{- end -}}

{{- define "ropa.tls.mounts" -}}
{{- if include "ropa.tls.secret" . }}
- {name: tls, mountPath: /etc/ropa/tls, readOnly: true}
{{- end }}
{{- if .Values.tls.clientAuth.caSecret }}
- {name: client-ca, mountPath: /etc/ropa/client-ca, readOnly: true}
{{- end }}
{{- if include "ropa.callers.sources" . | trim }}
- {name: callers, mountPath: /etc/ropa/callers, readOnly: true}
{{- end }}
{{- end -}}
