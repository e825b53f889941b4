{{- /* Which registers are applied, and from where. */ -}}

{{- define "ropa.apply.wanted" -}}
{{- with .Values.registers -}}
{{- if or .examples .manifests .existingConfigMaps .existingSecrets -}}
true
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Each register is a folder of its own below /manifests, in a fixed order. */ -}}
{{- define "ropa.apply.folders" -}}
{{- $folders := list -}}
{{- range $register := keys .Values.registers.manifests | sortAlpha -}}
{{- $name := include "ropa.named" (dict "root" $ "suffix" (printf "register-%s" $register)) -}}
{{- $folders = append $folders (dict "register" $register "source" (dict "configMap" (dict "name" $name))) -}}
{{- end -}}
{{- range .Values.registers.existingConfigMaps -}}
{{- $folders = append $folders (dict "register" .register "source" (dict "configMap" (dict "name" .name))) -}}
{{- end -}}
{{- range .Values.registers.existingSecrets -}}
{{- $folders = append $folders (dict "register" .register "source" (dict "secret" (dict "secretName" .name "defaultMode" 288))) -}}
{{- end -}}
{{- toYaml $folders -}}
{{- end -}}

{{- define "ropa.apply.volumes" -}}
{{- range $i, $folder := . }}
{{ list (merge (dict "name" (printf "register-%d" $i)) $folder.source) | toYaml }}
{{- end }}
{{- end -}}
