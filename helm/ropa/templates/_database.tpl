{{- /* The database, as the server and as the migration see it: a dict of secret, keys, host, port, name, user, clientSecret. */ -}}

{{- /* Keys of the Secret, with those of a preset where neither a key nor a plain value is given. */ -}}
{{- define "ropa.database.server" -}}
{{- $db := .Values.database -}}
{{- $keys := dict -}}
{{- range $part, $key := $db.keys }}{{ if $key }}{{ $_ := set $keys $part $key }}{{ end }}{{ end -}}
{{- if and (eq $db.preset "cloudnative-pg") (not $keys.uri) -}}
{{- $plain := dict "host" $db.host "port" $db.port "user" $db.user "database" $db.name "password" "" -}}
{{- range $part, $key := dict "host" "host" "port" "port" "user" "username" "password" "password" "database" "dbname" -}}
{{- if not (or (get $keys $part) (get $plain $part)) }}{{ $_ := set $keys $part $key }}{{ end -}}
{{- end -}}
{{- end -}}
{{- dict "secret" $db.existingSecret "keys" $keys "host" $db.host "port" $db.port "name" $db.name "user" $db.user
    "clientSecret" $db.tls.clientSecret | toYaml -}}
{{- end -}}

{{- /* The same for the migration, which may be another user on another way. A plain value of its own takes the place of
       a key that it would take over. */ -}}
{{- define "ropa.database.migration" -}}
{{- $db := include "ropa.database.server" . | fromYaml -}}
{{- $own := .Values.migrations.database -}}
{{- $keys := dict -}}
{{- range $part, $key := $own.keys }}{{ if $key }}{{ $_ := set $keys $part $key }}{{ end }}{{ end -}}
{{- if not $keys -}}
{{- $keys = $db.keys -}}
{{- range $part, $value := dict "host" $own.host "port" $own.port "user" $own.user "database" $own.name -}}
{{- if $value }}{{ $keys = omit $keys $part }}{{ end -}}
{{- end -}}
{{- end -}}
{{- $plain := dict -}}
{{- range $part, $key := dict "host" "host" "port" "port" "user" "user" "name" "database" -}}
{{- $value := get $own $part -}}
{{- if and (not $value) (not (get $keys $key)) (not $keys.uri) }}{{ $value = get $db $part }}{{ end -}}
{{- $_ := set $plain $part $value -}}
{{- end -}}
{{- merge (dict "secret" ($own.existingSecret | default $db.secret) "keys" $keys
    "clientSecret" ($own.clientSecret | default $db.clientSecret)) $plain | toYaml -}}
{{- end -}}

{{- /* dict "root" "database". Secrets come by reference and never stand in a manifest. */ -}}
{{- define "ropa.database.env" -}}
{{- $db := .database -}}
{{- $values := .root.Values -}}
{{- if eq $values.database.kind "sqlite" -}}
- name: ROPA_DATABASE_URL
  value: sqlite:/data/ropa.db
# SQLite rewrites its file through a temporary one when something is erased, and /data is the only place that can be written.
- name: SQLITE_TMPDIR
  value: /data
{{- else -}}
- name: ROPA_DATABASE_URL
{{- if $db.keys.uri }}
  valueFrom: {secretKeyRef: {name: {{ $db.secret | quote }}, key: {{ $db.keys.uri | quote }}}}
{{- else }}
  value: "postgres:///"
{{- range list (list "PGHOST" "host" $db.host) (list "PGPORT" "port" $db.port) (list "PGUSER" "user" $db.user)
    (list "PGPASSWORD" "password" "") (list "PGDATABASE" "database" $db.name) }}
{{- $key := get $db.keys (index . 1) }}
{{- if $key }}
- name: {{ index . 0 }}
  valueFrom: {secretKeyRef: {name: {{ $db.secret | quote }}, key: {{ $key | quote }}}}
{{- else if index . 2 }}
- name: {{ index . 0 }}
  value: {{ index . 2 | toString | quote }}
{{- end }}
{{- end }}
{{- end }}
- name: PGSSLMODE
  value: {{ $values.database.tls.mode }}
{{- if $values.database.tls.caSecret }}
- name: PGSSLROOTCERT
  value: /etc/ropa/database-ca/ca.crt
{{- end }}
{{- if $db.clientSecret }}
- name: PGSSLCERT
  value: /etc/ropa/database-client/tls.crt
- name: PGSSLKEY
  value: /etc/ropa/database-client/tls.key
{{- end }}
{{- if $values.unsafe.databaseWithoutVerification }}
- name: ROPA_UNSAFE_DATABASE_WITHOUT_VERIFICATION
  value: "true"
{{- end }}
{{- end }}
{{- end -}}

{{- /* Files of the connection: dict "root" "database" "name" (prefix of the volumes). */ -}}
{{- define "ropa.database.volumes" -}}
{{- $tls := .root.Values.database.tls -}}
{{- if eq .root.Values.database.kind "postgresql" }}
{{- if $tls.caSecret }}
- name: {{ .name }}-ca
  secret:
    secretName: {{ $tls.caSecret }}
    defaultMode: 0440
    items: [{key: {{ $tls.caKey | quote }}, path: ca.crt}]
{{- end }}
{{- if .database.clientSecret }}
- name: {{ .name }}-client
  secret:
    secretName: {{ .database.clientSecret }}
    defaultMode: 0440
    items: [{key: {{ $tls.certKey | quote }}, path: tls.crt}, {key: {{ $tls.keyKey | quote }}, path: tls.key}]
{{- end }}
{{- end }}
{{- end -}}

{{- define "ropa.database.mounts" -}}
{{- if eq .root.Values.database.kind "postgresql" }}
{{- if .root.Values.database.tls.caSecret }}
- {name: {{ .name }}-ca, mountPath: /etc/ropa/database-ca, readOnly: true}
{{- end }}
{{- if .database.clientSecret }}
- {name: {{ .name }}-client, mountPath: /etc/ropa/database-client, readOnly: true}
{{- end }}
{{- end }}
{{- end -}}
