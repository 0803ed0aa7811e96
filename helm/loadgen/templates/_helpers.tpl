{{/* Names leave room for the revision, the role and the index: a pod's host name has at most 63 characters. */}}
{{- define "loadgen.fullname" -}}
{{- $name := default (ternary .Release.Name (printf "%s-loadgen" .Release.Name) (contains "loadgen" .Release.Name)) .Values.fullnameOverride -}}
{{- $name | trunc 32 | trimSuffix "-" -}}
{{- end }}

{{/* Jobs cannot be changed: each revision of the release has Jobs of its own. */}}
{{- define "loadgen.revision" -}}
{{- printf "%s-%d" (include "loadgen.fullname" .) (int .Release.Revision) -}}
{{- end }}

{{- define "loadgen.coordinator" -}}{{ include "loadgen.revision" . }}-coordinator{{- end }}
{{- define "loadgen.worker" -}}{{ include "loadgen.revision" . }}-worker{{- end }}
{{- define "loadgen.service" -}}{{ include "loadgen.revision" . }}{{- end }}

{{/* What is after a pod's host name: DNS looks in the namespace first, so that the name is good in each. */}}
{{- define "loadgen.domain" -}}{{ include "loadgen.service" . }}{{- end }}

{{- define "loadgen.selector" -}}
app.kubernetes.io/name: loadgen
app.kubernetes.io/instance: {{ .Release.Name }}
loadgen/revision: {{ .Release.Revision | quote }}
{{- end }}

{{- define "loadgen.labels" -}}
{{ include "loadgen.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "loadgen.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end }}

{{- define "loadgen.claim" -}}
{{- if .Values.result.existingClaim }}/results{{ else }}/tmp{{ end -}}
{{- end }}

{{/* What every node needs to find and believe the others. */}}
{{- define "loadgen.nodeArgs" -}}
{{- if and (not .Values.controlPlane.tls.existingSecret) (not .Values.controlPlane.insecure) }}
{{- fail "\n\nThe pods prove to each other who they are by mutual TLS: name the secret with tls.crt, tls.key and ca.crt in controlPlane.tls.existingSecret, or do without on purpose with controlPlane.insecure=true." }}
{{- end -}}
- --cluster-id={{ default .Release.Name .Values.controlPlane.clusterId }}
- --start-deadline={{ .Values.startDeadline }}
- --lease={{ .Values.lease }}
- --http=0.0.0.0:9090
- --linger={{ .Values.linger }}
- --termination-log=/dev/termination-log
{{- if .Values.controlPlane.tls.existingSecret }}
- --node-cert=/etc/loadgen/node/tls.crt
- --node-key=/etc/loadgen/node/tls.key
- --node-ca=/etc/loadgen/node/ca.crt
{{- else }}
- --insecure-cluster
{{- end }}
{{- end }}

{{- define "loadgen.env" -}}
# Its files would be in a root file system that is read-only.
- { name: DOTNET_EnableDiagnostics, value: "0" }
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "loadgen.volumeMounts" -}}
- { name: tmp, mountPath: /tmp }
{{- if .Values.controlPlane.tls.existingSecret }}
- { name: node, mountPath: /etc/loadgen/node, readOnly: true }
{{- end }}
{{- if .Values.result.existingClaim }}
- { name: results, mountPath: /results }
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "loadgen.volumes" -}}
- name: tmp
  emptyDir: { sizeLimit: 64Mi }
{{- with .Values.controlPlane.tls.existingSecret }}
- name: node
  secret: { secretName: {{ . }}, defaultMode: 0440 }
{{- end }}
{{- with .Values.result.existingClaim }}
- name: results
  persistentVolumeClaim: { claimName: {{ . }} }
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "loadgen.probes" -}}
readinessProbe:
  httpGet: { path: /readyz, port: http }
  periodSeconds: 2
  failureThreshold: 1
livenessProbe:
  httpGet: { path: /healthz, port: http }
  initialDelaySeconds: 10
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
{{- end }}

{{/* The part of both pods that does not depend on the role. */}}
{{- define "loadgen.podSpec" -}}
restartPolicy: Never
subdomain: {{ include "loadgen.service" . }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.serviceAccountName }}
serviceAccountName: {{ . }}
{{- end }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
terminationGracePeriodSeconds: {{ int .Values.terminationGracePeriodSeconds }}
securityContext: {{ toYaml .Values.podSecurityContext | nindent 2 }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The ports that the plan's targets listen on, for the network policy. */}}
{{- define "loadgen.targetPorts" -}}
{{- if .Values.networkPolicy.targetPorts -}}
{{- range .Values.networkPolicy.targetPorts }}
- { protocol: TCP, port: {{ int . }} }
{{- end }}
{{- else -}}
{{- $ports := dict -}}
{{- range (.Values.plan | fromYaml).targets -}}
{{- $_ := set $ports (regexFind "[0-9]+$" (toString .address)) true -}}
{{- end -}}
{{- range keys $ports | sortAlpha }}
- { protocol: TCP, port: {{ int . }} }
{{- end }}
{{- end -}}
{{- end }}
