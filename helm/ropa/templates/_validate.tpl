{{- /* What contradicts itself is refused here, with what to do about it; a cluster would tell only later, or never. */ -}}

{{- define "ropa.validate" -}}
{{- include "ropa.validate.replicas" . -}}
{{- range .Values.extraEnv -}}
{{- if eq .name "ROPA_DRAIN" -}}
{{- fail "extraEnv: ROPA_DRAIN is not taken, as the grace period would not follow and cut off calls; use shutdown.drainSeconds" -}}
{{- end -}}
{{- end -}}
{{- if eq .Values.database.kind "postgresql" }}{{ include "ropa.validate.database" . }}{{ end -}}
{{- include "ropa.validate.doors" . -}}
{{- include "ropa.validate.clients" . -}}
{{- if and .Values.gateway.enabled (not .Values.gateway.parentRefs) -}}
{{- fail "gateway.parentRefs: name the gateway that the route belongs to" -}}
{{- end -}}
{{- if and .Values.gateway.enabled .Values.gateway.backendTls.enabled (not .Values.gateway.backendTls.caCertificateRefs) -}}
{{- fail "gateway.backendTls.caCertificateRefs: name the ConfigMap with the authority of the server's certificate" -}}
{{- end -}}
{{- if and .Values.metrics.serviceMonitor.enabled .Values.metrics.podMonitor.enabled -}}
{{- fail "metrics: serviceMonitor and podMonitor are both enabled, so every sample would be taken twice; leave one" -}}
{{- end -}}
{{- end -}}

{{- define "ropa.validate.replicas" -}}
{{- $values := .Values -}}
{{- if eq $values.database.kind "sqlite" -}}
{{- if gt (int $values.replicaCount) 1 -}}
{{- fail "replicaCount: SQLite takes one server, as two must not open one file; set database.kind to postgresql for more" -}}
{{- end -}}
{{- if $values.autoscaling.enabled -}}
{{- fail "autoscaling.enabled: SQLite takes one server; set database.kind to postgresql for more" -}}
{{- end -}}
{{- end -}}
{{- if and $values.autoscaling.enabled (gt (int $values.autoscaling.minReplicas) (int $values.autoscaling.maxReplicas)) -}}
{{- fail "autoscaling.minReplicas is larger than autoscaling.maxReplicas" -}}
{{- end -}}
{{- $needed := add $values.shutdown.preStopSeconds $values.shutdown.drainSeconds 10 -}}
{{- if lt (int64 (include "ropa.gracePeriod" .)) (int64 $needed) -}}
{{- fail (printf "terminationGracePeriodSeconds: %s would cut off calls; shutdown needs at least %d (preStopSeconds + drainSeconds + 10). Leave it null to have it computed" (include "ropa.gracePeriod" .) $needed) -}}
{{- end -}}
{{- end -}}

{{- define "ropa.validate.database" -}}
{{- if and (ne .Values.database.tls.mode "verify-full") (not .Values.unsafe.databaseWithoutVerification) -}}
{{- fail (printf "database.tls.mode: with %s anybody on the way could answer as the database; use verify-full with database.tls.caSecret, or set unsafe.databaseWithoutVerification" .Values.database.tls.mode) -}}
{{- end -}}
{{- $users := dict "database" (include "ropa.database.server" . | fromYaml) -}}
{{- if ne .Values.migrations.mode "none" -}}
{{- $_ := set $users "migrations.database" (include "ropa.database.migration" . | fromYaml) -}}
{{- end -}}
{{- range $where, $db := $users -}}
{{- if and $db.keys (not $db.secret) -}}
{{- fail (printf "%s.existingSecret: name the Secret that has the keys %s" $where (values $db.keys | sortAlpha | join ", ")) -}}
{{- end -}}
{{- if $db.keys.uri -}}
{{- if or (gt (len $db.keys) 1) $db.host $db.port $db.name $db.user -}}
{{- fail (printf "%s.keys.uri: the URL is whole; leave the other keys and host, port, name and user empty" $where) -}}
{{- end -}}
{{- else -}}
{{- if not (or $db.keys.host $db.host) -}}
{{- fail (printf "%s.host: PostgreSQL needs one, here or as a key of a Secret (%s.keys.host), or a whole URL (%s.keys.uri)" $where $where $where) -}}
{{- end -}}
{{- if not (or $db.keys.user $db.user) -}}
{{- fail (printf "%s.user: PostgreSQL needs one, here or as a key of a Secret (%s.keys.user)" $where $where) -}}
{{- end -}}
{{- if not (or $db.keys.password $db.clientSecret) -}}
{{- fail (printf "%s.keys.password: name the key of the Secret that has the password, or the Secret of a client certificate" $where) -}}
{{- end -}}
{{- range $part, $value := dict "host" $db.host "port" $db.port "user" $db.user "database" $db.name -}}
{{- if and $value (get $db.keys $part) -}}
{{- fail (printf "%s: %s is given twice, as a value and as a key of the Secret; leave one" $where $part) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Who may come in, and through which door. */ -}}
{{- define "ropa.validate.doors" -}}
{{- $tls := .Values.tls -}}
{{- $given := or .Values.callers.entries .Values.callers.existingSecrets .Values.callers.existingConfigMaps -}}
{{- if and $tls.existingSecret $tls.certManager.enabled -}}
{{- fail "tls: existingSecret and certManager.enabled are both set; leave one" -}}
{{- end -}}
{{- if and .Values.unsafe.withoutTls (or $tls.existingSecret $tls.certManager.enabled $tls.clientAuth.caSecret) -}}
{{- fail "unsafe.withoutTls: there is a certificate as well (tls); leave one" -}}
{{- end -}}
{{- if and .Values.unsafe.withoutAuthentication $given -}}
{{- fail "unsafe.withoutAuthentication: there are callers as well; leave one" -}}
{{- end -}}
{{- if and $tls.certManager.enabled (not $tls.certManager.issuerRef.name) -}}
{{- fail "tls.certManager.issuerRef.name: name the issuer of the certificate" -}}
{{- end -}}
{{- if and (not (include "ropa.tls.secret" .)) (not .Values.unsafe.withoutTls) -}}
{{- fail "tls: there is no certificate. Set tls.existingSecret or tls.certManager.enabled, or bootstrap.enabled to have one made; unsafe.withoutTls serves without" -}}
{{- end -}}
{{- if not (or $given (include "ropa.bootstrap.callers" .) .Values.unsafe.withoutAuthentication) -}}
{{- fail "callers: nobody could call. Set callers.entries, callers.existingSecrets or callers.existingConfigMaps, or bootstrap.enabled and bootstrap.callers to have some made; unsafe.withoutAuthentication serves everybody" -}}
{{- end -}}
{{- if and $tls.clientAuth.required (not $tls.clientAuth.caSecret) -}}
{{- fail "tls.clientAuth.required: name the authority of client certificates in tls.clientAuth.caSecret" -}}
{{- end -}}
{{- range .Values.callers.entries -}}
{{- if and .certificate (not $tls.clientAuth.caSecret) -}}
{{- fail (printf "callers.entries: %s has a certificate, but none are asked for; set tls.clientAuth.caSecret" .name) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "ropa.validate.clients" -}}
{{- $required := .Values.tls.clientAuth.required -}}
{{- if include "ropa.apply.wanted" . -}}
{{- if not (include "ropa.client.known" (dict "root" . "settings" .Values.registers "key" "apply-token")) -}}
{{- fail "registers.tokenSecret.name: registers can be applied only by an editor; name the Secret with the token of one, or registers.certificateSecret" -}}
{{- end -}}
{{- if and $required (not .Values.registers.certificateSecret) -}}
{{- fail "registers.certificateSecret: client certificates are required (tls.clientAuth.required), so applying registers needs one" -}}
{{- end -}}
{{- end -}}
{{- if and .Values.test.enabled $required (not .Values.test.certificateSecret) -}}
{{- fail "test.certificateSecret: client certificates are required (tls.clientAuth.required), so the test needs one; or set test.enabled to false" -}}
{{- end -}}
{{- $seen := keys .Values.registers.manifests -}}
{{- range concat .Values.registers.existingConfigMaps .Values.registers.existingSecrets -}}
{{- if has .register $seen -}}
{{- fail (printf "registers: %s is given twice; a register comes from one place" .register) -}}
{{- end -}}
{{- $seen = append $seen .register -}}
{{- end -}}
{{- end -}}
