{{- /* Labels and annotations of everything. */ -}}

{{- /* What selects pods, and nothing else: dict "root" $ "component" "server". Selectors cannot be changed later, so
       commonLabels are not here. */ -}}
{{- define "ropa.selector" -}}
app.kubernetes.io/name: {{ include "ropa.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "ropa.version" -}}
{{- regexReplaceAll "[^A-Za-z0-9]+$" (.Values.image.tag | default .Chart.AppVersion | replace "+" "_" | trunc 63) "" -}}
{{- end -}}

{{- /* dict "root" "component", and "labels" of the one object. The chart's own win: selectors rely on them. */ -}}
{{- define "ropa.labels" -}}
{{- $own := include "ropa.selector" . | fromYaml -}}
{{- $_ := set $own "app.kubernetes.io/managed-by" .root.Release.Service -}}
{{- $_ := set $own "app.kubernetes.io/version" (include "ropa.version" .root) -}}
{{- $_ := set $own "helm.sh/chart" (printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63) -}}
{{- merge (dict) $own (.labels | default dict) .root.Values.commonLabels | toYaml -}}
{{- end -}}

{{- /* The same for pods, without what changes with every version of the chart and would restart them. */ -}}
{{- define "ropa.podLabels" -}}
{{- merge (dict) (include "ropa.selector" . | fromYaml) (.labels | default dict) .root.Values.commonLabels | toYaml -}}
{{- end -}}

{{- /* The metadata of an object: dict "root" "name" "component", and "labels", "annotations" (the user's), "own"
       (annotations the chart relies on, which win). */ -}}
{{- define "ropa.metadata" -}}
name: {{ .name }}
namespace: {{ include "ropa.namespace" .root }}
labels:
  {{- include "ropa.labels" . | nindent 2 }}
{{- with merge (dict) (.own | default dict) (.annotations | default dict) .root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
