#!/usr/bin/env bash
# What watching costs a run: CPU per handshake while the metrics are scraped each second, against while nobody does.
#
#   tests/LoadGen.Benchmarks/metrics-cost.sh [PAIRS] [RATE] [WINDOW]
#
# One run at a constant rate, whose CPU (user + system, of the whole process) is read at the ends of windows of WINDOW seconds, in
# turn unwatched and watched: both meet the same process, and what the machine does besides. nginx with one worker has one
# core, the generator another; its checks are lean, or one core would not do. The last line has the medians, and the median of the
# pairs' differences in percent, which should be below 2. What counting costs, which goes on in both, MetricsBenchmarks tells.
# PAIRS 30, RATE 3000, WINDOW 3 by default. Needs nginx, openssl and curl, two cores, and a machine that does nothing else.
set -euo pipefail
cd "$(dirname "$0")/../.."

pairs=${1:-30} rate=${2:-3000} window=${3:-3} warm_up=15
server_core=0 client_core=1 metrics_port=18987 target_port=18988
folder=$(mktemp -d)
export PATH="$PATH:/usr/sbin"
generator=
finish() {
  [ -z "$generator" ] || kill "$generator" 2>/dev/null || true
  [ ! -s "$folder/nginx.pid" ] || kill "$(cat "$folder/nginx.pid")"
  rm -rf "$folder"
}
trap finish EXIT

architecture=x64
[ "$(uname -m)" != aarch64 ] || architecture=arm64
dotnet publish src/LoadGen -c Release -r "linux-$architecture" --no-self-contained --nologo -v quiet -o "$folder/loadgen" >&2

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$folder/key.pem" -out "$folder/certificate.pem" \
  -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -days 2 2>/dev/null
cat >"$folder/nginx.conf" <<END
worker_processes 1;
pid $folder/nginx.pid;
error_log $folder/error.log crit;
events { worker_connections 4096; }
http {
  access_log off;
  ssl_session_cache off;
  ssl_session_tickets off;
  server {
    listen 127.0.0.1:$target_port ssl backlog=4096;
    ssl_certificate $folder/certificate.pem;
    ssl_certificate_key $folder/key.pem;
  }
}
END
taskset -c "$server_core" nginx -c "$folder/nginx.conf"

taskset -c "$client_core" "$folder/loadgen/loadgen" run --target "127.0.0.1:$target_port" --cacert "$folder/certificate.pem" --servername localhost \
  --checks lean --rate "$rate" --duration "$((warm_up + 2 * pairs * window + 10))s" --quiet --metrics-port "$metrics_port" >"$folder/output" 2>&1 &
generator=$!
sleep "$warm_up"

scrape() { curl -s "http://127.0.0.1:$metrics_port/metrics"; }
# CPU of the generator, and the handshakes that it completed.
ticks() { awk '{ print $14 + $15 }' "/proc/$generator/stat"; }
completed() { scrape | awk '/^loadgen_handshakes_total[{ ].*result="completed"/ { sum += $NF } END { print sum }'; }
per_second=$(getconf CLK_TCK)

# Microseconds of CPU per handshake of one window, in which what is given runs each second.
cost() {
  local handshakes=$(completed) begun=$(ticks) i
  for ((i = 0; i < window; i++)); do
    "$@"
    sleep 1
  done
  local spent=$(($(ticks) - begun))
  echo "$spent $(($(completed) - handshakes))" | awk -v hz="$per_second" '{ print 1000000 * $1 / hz / $2 }'
}

for ((pair = 1; pair <= pairs; pair++)); do
  off=$(cost true)
  on=$(cost eval 'scrape >/dev/null')
  echo "$off" >>"$folder/off"
  echo "$on" >>"$folder/on"
  awk -v off="$off" -v on="$on" 'BEGIN { print 100 * (on - off) / off }' >>"$folder/differences"
done

median() { sort -n "$1" | awk '{ each[NR] = $1 } END { print NR % 2 ? each[(NR + 1) / 2] : (each[NR / 2] + each[NR / 2 + 1]) / 2 }'; }
spread() { sort -n "$1" | awk '{ each[NR] = $1 } END { printf "%.1f to %.1f", each[int(NR / 4) + 1], each[int(3 * NR / 4) + 1] }'; }
printf 'unwatched %.0f us, watched %.0f us, difference %.1f %% (quartiles %s)\n' \
  "$(median "$folder/off")" "$(median "$folder/on")" "$(median "$folder/differences")" "$(spread "$folder/differences")"
