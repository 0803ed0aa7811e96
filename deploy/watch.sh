#!/usr/bin/env bash
# The test bed of compose.yaml as plain processes on this machine, to look at: a target, a coordinator, workers, Prometheus
# with the alert rules, and Grafana with the dashboards where grafana-server is installed. Everything listens on 127.0.0.1,
# and ends after the run and a while to look, or at Ctrl-C.
#
#   deploy/watch.sh [RATE] [SECONDS] [WORKERS] [LOOK]
#
# RATE 200 handshakes/s, SECONDS 120, WORKERS 3, LOOK 60 seconds by default. The target is nginx where that is installed, and
# the built-in one otherwise. Needs prometheus and, for nginx, openssl.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PATH:/usr/sbin:/usr/share/grafana/bin"

rate=${1:-200} seconds=${2:-120} workers=${3:-3} look=${4:-60}
prometheus_port=9091 grafana_port=3000 target_port=8443 seed_port=4053 metrics_port=9100
folder=$(mktemp -d)
children=()
finish() {
  trap - EXIT INT TERM
  [ ${#children[@]} -eq 0 ] || kill "${children[@]}" 2>/dev/null || true
  wait || true
  rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

command -v prometheus >/dev/null || { echo "prometheus is not installed; Debian: sudo apt-get install prometheus" >&2; exit 1; }
dotnet publish src/LoadGen -c Release --nologo -v quiet -o "$folder/bin" >&2
loadgen=$folder/bin/loadgen

if command -v nginx >/dev/null && command -v openssl >/dev/null; then
  mkdir "$folder/certificates"
  deploy/certificates.sh "$folder/certificates" >/dev/null 2>&1
  sed -e "s#listen 443#listen 127.0.0.1:$target_port#" -e "s#/certificates/#$folder/certificates/#" -e "s#worker_processes auto#worker_processes 1#" \
    deploy/target.conf >"$folder/nginx.conf"
  nginx -p "$folder" -c "$folder/nginx.conf" -e stderr -g "daemon off; pid $folder/nginx.pid; error_log stderr error;" &
  children+=($!)
  authority=$folder/certificates/ca.pem
else
  "$loadgen" target --listen "127.0.0.1:$target_port" --cacert-out "$folder/ca.pem" >"$folder/target.log" &
  children+=($!)
  authority=$folder/ca.pem
  until [ -s "$authority" ]; do sleep 0.1; done
fi

# The first port is the coordinator's, the others are the workers'.
targets=
for ((i = 0; i <= workers; i++)); do targets+="'127.0.0.1:$((metrics_port + i))', "; done
cat >"$folder/prometheus.yml" <<END
global: { scrape_interval: 1s, evaluation_interval: 5s }
rule_files: [ $PWD/grafana/alerts.yaml ]
scrape_configs:
  - job_name: loadgen
    static_configs: [ { targets: [ ${targets%, } ] } ]
END
prometheus --config.file="$folder/prometheus.yml" --storage.tsdb.path="$folder/prometheus" --log.level=error \
  --web.listen-address="127.0.0.1:$prometheus_port" &
children+=($!)
echo "Prometheus: http://127.0.0.1:$prometheus_port"

if command -v grafana-server >/dev/null && [ -d /usr/share/grafana ]; then
  mkdir -p "$folder/provisioning/dashboards"
  cp -r grafana/provisioning/datasources "$folder/provisioning/"
  sed "s#/var/lib/grafana/dashboards#$PWD/grafana#" grafana/provisioning/dashboards/loadgen.yaml >"$folder/provisioning/dashboards/loadgen.yaml"
  PROMETHEUS_URL=http://127.0.0.1:$prometheus_port GF_SERVER_HTTP_ADDR=127.0.0.1 GF_SERVER_HTTP_PORT=$grafana_port \
    GF_PATHS_DATA=$folder/grafana GF_PATHS_LOGS=$folder/grafana GF_PATHS_PROVISIONING=$folder/provisioning \
    GF_AUTH_ANONYMOUS_ENABLED=true GF_ANALYTICS_REPORTING_ENABLED=false \
    grafana-server --homepath /usr/share/grafana >"$folder/grafana.log" 2>&1 &
  children+=($!)
  echo "Grafana:    http://127.0.0.1:$grafana_port/d/loadgen"
else
  echo "Grafana is not installed; its dashboards are in grafana/."
fi

for ((i = 1; i <= workers; i++)); do
  "$loadgen" worker --seed "127.0.0.1:$seed_port" --http "127.0.0.1:$((metrics_port + i))" --linger "${look}s" >"$folder/worker-$i.log" 2>&1 &
  children+=($!)
done

# In the background and waited for, so that Ctrl-C ends everything at once.
"$loadgen" coordinator --target "127.0.0.1:$target_port" --servername localhost --cacert "$authority" --rate "$rate" --duration "${seconds}s" \
  --min-workers "$workers" --listen "127.0.0.1:$seed_port" --http "127.0.0.1:$metrics_port" --linger "${look}s" &
coordinator=$!
children+=("$coordinator")
status=0
wait "$coordinator" || status=$?
exit $status
