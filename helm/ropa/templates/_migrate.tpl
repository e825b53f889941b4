{{- /* The migration, as a Job or before the server. */ -}}

{{- define "ropa.migrate.spec" -}}
{{- $volumes := include "ropa.database.volumes" (dict "root" . "database" (include "ropa.database.migration" . | fromYaml) "name" "migration") | trim -}}
backoffLimit: {{ int .Values.migrations.backoffLimit }}
activeDeadlineSeconds: {{ int .Values.migrations.activeDeadlineSeconds }}
{{- if not (kindIs "invalid" .Values.migrations.ttlSecondsAfterFinished) }}
ttlSecondsAfterFinished: {{ int .Values.migrations.ttlSecondsAfterFinished }}
{{- end }}
template:
  metadata:
    labels:
      {{- include "ropa.podLabels" (dict "root" . "component" "migrate" "labels" .Values.jobs.podLabels) | nindent 6 }}
    {{- with .Values.jobs.podAnnotations }}
    annotations:
      {{- toYaml . | nindent 6 }}
    {{- end }}
  spec:
    serviceAccountName: {{ include "ropa.migrate.serviceAccountName" . }}
    restartPolicy: Never
    {{- include "ropa.pod" . | nindent 4 }}
    containers:
      - {{ include "ropa.migrate.container" . | indent 8 | trim }}
    {{- with $volumes }}
    volumes:
      {{- . | nindent 6 }}
    {{- end }}
{{- end -}}

{{- /* dict "root" "weight", and "goes" where it is deleted once it succeeded: the Job. What the Job needs stays until the next
       one: when a hook fails, and a timeout is a failure too, Helm deletes the earlier hooks that succeeded and have this
       policy, while the Job may still run. As it stays, it says whose it is: Helm takes it over where the mode is changed to job,
       and would refuse an object of that name that it does not know. */ -}}
{{- define "ropa.migrate.hook" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: {{ .weight | quote }}
helm.sh/hook-delete-policy: before-hook-creation{{ if .goes }},hook-succeeded{{ end }}
{{- if not .goes }}
meta.helm.sh/release-name: {{ .root.Release.Name | quote }}
meta.helm.sh/release-namespace: {{ .root.Release.Namespace | quote }}
{{- end }}
{{- if .root.Values.migrations.argocd.enabled }}
argocd.argoproj.io/hook: PreSync
argocd.argoproj.io/sync-wave: {{ .weight | quote }}
argocd.argoproj.io/hook-delete-policy: BeforeHookCreation{{ if .goes }},HookSucceeded{{ end }}
{{- end }}
{{- end -}}

{{- /* The migration, as a container of its own Job or before the server. */ -}}
{{- define "ropa.migrate.container" -}}
{{- $db := include "ropa.database.migration" . | fromYaml -}}
{{- $own := printf "%s\n%s" (include "ropa.env.log" .) (include "ropa.database.env" (dict "root" . "database" $db)) -}}
name: migrate
{{ include "ropa.container" . }}
args: [migrate]
env:
  {{- include "ropa.env.merged" (dict "own" $own "extra" .Values.migrations.extraEnv) | nindent 2 }}
{{- with .Values.jobs.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with include "ropa.database.mounts" (dict "root" . "database" $db "name" "migration") | trim }}
volumeMounts:
  {{- . | nindent 2 }}
{{- end }}
{{- end -}}
