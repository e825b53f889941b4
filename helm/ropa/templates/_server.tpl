{{- /* What only the servers have. */ -}}

{{- define "ropa.server.mounts" -}}
{{- $database := include "ropa.database.server" . | fromYaml -}}
{{- if eq .Values.database.kind "sqlite" }}
- {name: data, mountPath: /data}
{{- end }}
{{- include "ropa.tls.mounts" . }}
{{- include "ropa.database.mounts" (dict "root" . "database" $database "name" "database") }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "ropa.server.volumes" -}}
{{- $database := include "ropa.database.server" . | fromYaml -}}
{{- if eq .Values.database.kind "sqlite" }}
- name: data
{{- if .Values.persistence.enabled }}
  persistentVolumeClaim: {claimName: {{ include "ropa.claimName" . }}}
{{- else }}
  emptyDir: {}
{{- end }}
{{- end }}
{{- include "ropa.tls.volumes" . }}
{{- include "ropa.database.volumes" (dict "root" . "database" $database "name" "database") }}
{{- if and (eq .Values.database.kind "postgresql") (eq .Values.migrations.mode "initContainer") }}
{{- include "ropa.database.volumes" (dict "root" . "database" (include "ropa.database.migration" . | fromYaml) "name" "migration") }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* Soft: a cluster with one zone or one node still gets all servers. Only pods of the same version count, else a rollout
       would be spread around the old ones. */ -}}
{{- define "ropa.spread" -}}
{{- if kindIs "invalid" .Values.topologySpreadConstraints }}
topologySpreadConstraints:
{{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "ropa.selector" (dict "root" $ "component" "server") | nindent 8 }}
    matchLabelKeys: [pod-template-hash]
{{- end }}
{{- else if .Values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- toYaml .Values.topologySpreadConstraints | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* Whether there is more than one server, or may be. */ -}}
{{- define "ropa.several" -}}
{{- if ternary (gt (int .Values.autoscaling.maxReplicas) 1) (gt (int .Values.replicaCount) 1) .Values.autoscaling.enabled -}}
true
{{- end -}}
{{- end -}}

{{- /* The kubelet counts the preStop sleep as well. After the signal the program ends within drain + 5 seconds; 10 leave as much
       again for a slow node, and what is killed at the end was not served. */ -}}
{{- define "ropa.gracePeriod" -}}
{{- $computed := add .Values.shutdown.preStopSeconds .Values.shutdown.drainSeconds 10 -}}
{{- kindIs "invalid" .Values.terminationGracePeriodSeconds | ternary $computed .Values.terminationGracePeriodSeconds | int64 -}}
{{- end -}}

{{- define "ropa.service.families" -}}
{{- with .Values.service.ipFamilyPolicy }}
ipFamilyPolicy: {{ . }}
{{- end }}
{{- with .Values.service.ipFamilies }}
ipFamilies:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
