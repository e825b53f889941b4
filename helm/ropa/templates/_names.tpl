{{- /* Names. What ends up in a label or a DNS name has to fit into 63 characters, its suffix included: a suffix that is
       cut off makes two objects one. */ -}}

{{- define "ropa.name" -}}
{{- regexReplaceAll "-+$" (.Values.nameOverride | default .Chart.Name | trunc 63) "" -}}
{{- end -}}

{{- define "ropa.fullname" -}}
{{- $name := .Values.nameOverride | default .Chart.Name -}}
{{- $full := printf "%s-%s" .Release.Name $name -}}
{{- if .Values.fullnameOverride -}}
{{- $full = .Values.fullnameOverride -}}
{{- else if contains $name .Release.Name -}}
{{- $full = .Release.Name -}}
{{- end -}}
{{- regexReplaceAll "-+$" (trunc 63 $full) "" -}}
{{- end -}}

{{- /* The full name with a suffix: dict "root" $ "suffix" "headless". Where both are too long the middle is cut, and a mark
       made of the whole name keeps two long names apart. */ -}}
{{- define "ropa.named" -}}
{{- $base := include "ropa.fullname" .root -}}
{{- $whole := printf "%s-%s" $base .suffix -}}
{{- if gt (len $whole) 63 -}}
{{- $keep := int (sub 55 (len .suffix)) -}}
{{- $mark := sha256sum $whole | trunc 6 -}}
{{- $whole = printf "%s-%s-%s" (regexReplaceAll "-+$" (trunc $keep $base) "") $mark .suffix -}}
{{- end -}}
{{- $whole -}}
{{- end -}}

{{- define "ropa.namespace" -}}
{{- .Values.namespaceOverride | default .Release.Namespace -}}
{{- end -}}

{{- define "ropa.serviceAccountName" -}}
{{- $own := ternary (include "ropa.fullname" .) "default" .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default $own -}}
{{- end -}}

{{- define "ropa.migrate.serviceAccountName" -}}
{{- $account := .Values.migrations.serviceAccount -}}
{{- $own := ternary (include "ropa.named" (dict "root" . "suffix" "migrate")) "default" $account.create -}}
{{- $account.name | default $own -}}
{{- end -}}

{{- define "ropa.bootstrap.name" -}}
{{- include "ropa.named" (dict "root" . "suffix" "bootstrap") -}}
{{- end -}}

{{- define "ropa.claimName" -}}
{{- .Values.persistence.existingClaim | default (include "ropa.named" (dict "root" . "suffix" "data")) -}}
{{- end -}}

{{- /* The name that clients inside the cluster use; every certificate has to have it. */ -}}
{{- define "ropa.host" -}}
{{- printf "%s.%s.svc" (include "ropa.fullname" .) (include "ropa.namespace" .) -}}
{{- end -}}

{{- /* Further Services and routes stand in front of these names; the list is YAML. */ -}}
{{- define "ropa.dnsNames" -}}
{{- $namespace := include "ropa.namespace" . -}}
{{- $service := include "ropa.fullname" . -}}
{{- $headless := include "ropa.named" (dict "root" . "suffix" "headless") -}}
- {{ $service }}
- {{ $service }}.{{ $namespace }}
- {{ $service }}.{{ $namespace }}.svc
- {{ $service }}.{{ $namespace }}.svc.{{ .Values.clusterDomain }}
- {{ $headless }}.{{ $namespace }}.svc
- {{ $headless }}.{{ $namespace }}.svc.{{ .Values.clusterDomain }}
- {{ printf "*.%s.%s.svc" $headless $namespace | quote }}
- {{ printf "*.%s.%s.svc.%s" $headless $namespace .Values.clusterDomain | quote }}
- localhost
{{- end -}}
