#!/usr/bin/env bash
# What a full TLS handshake costs the client: loadgen against hey and openssl s_time, on this machine.
#
#   tests/LoadGen.Benchmarks/compare-clients.sh [ROUNDS] [FEWER] [MORE] [CASES]
#
# nginx with one worker has one core, the client another. A client's cost per handshake is the slope between two runs of the
# whole process, (CPU of MORE handshakes - CPU of FEWER) / (MORE - FEWER), user + system, so that start-up does not count;
# s_time runs by time, so its cost is CPU / connections. Clients take turns, round by round; the table has medians.
# ROUNDS 5, FEWER 20000, MORE 120000 by default; CASES some of "1.3-ecdsa 1.3-rsa 1.2-ecdsa 1.2-rsa".
# Needs nginx, hey and openssl, and two idle cores.
set -euo pipefail
cd "$(dirname "$0")/../.."

rounds=${1:-5} fewer=${2:-20000} more=${3:-120000} cases=${4:-1.3-ecdsa 1.3-rsa 1.2-ecdsa 1.2-rsa}
server_core=0 client_core=1 connections=32 s_time_seconds=15
folder=$(mktemp -d)
export PATH="$PATH:/usr/sbin"

finish() {
  [ ! -s "$folder/nginx.pid" ] || kill "$(cat "$folder/nginx.pid")"
  rm -rf "$folder"
}
trap finish EXIT

certificate() {
  openssl req -x509 -newkey "$2" ${3:+-pkeyopt "$3"} -nodes -keyout "$folder/$1.key" -out "$folder/$1.pem" \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -days 2 2>/dev/null
}
certificate ecdsa ec ec_paramgen_curve:P-256
certificate rsa rsa:2048
declare -A port=([ecdsa]=18443 [rsa]=18444)
{
  echo "worker_processes 1; pid $folder/nginx.pid; error_log stderr error; events { worker_connections 4096; }"
  echo "http { access_log off; ssl_session_cache off; ssl_session_tickets off; ssl_protocols TLSv1.2 TLSv1.3; ssl_ecdh_curve X25519:P-256;"
  for key in ecdsa rsa; do
    echo "server { listen 127.0.0.1:${port[$key]} ssl backlog=4096; ssl_certificate $folder/$key.pem; ssl_certificate_key $folder/$key.key; location / { return 200 ok; } }"
  done
  echo "}"
} >"$folder/nginx.conf"
taskset -c "$server_core" nginx -p "$folder" -c "$folder/nginx.conf" -e stderr
dotnet publish src/LoadGen -c Release --nologo -v quiet -o "$folder/loadgen" >&2

# Microseconds of user and system time that a command takes; its output goes to a file. 12 is loadgen's verdict that the
# generator was the limit, which is what is measured here.
cpu() {
  local TIMEFORMAT='%U %S' status=0
  { time taskset -c "$client_core" "$@" >"$folder/output" 2>&1; } 2>"$folder/time" || status=$?
  [ $status -eq 0 ] || [ $status -eq 12 ] || { cat "$folder/output" >&2; exit 1; }
  awk '{ printf "%.0f\n", ($1 + $2) * 1000000 }' "$folder/time"
}

slope() {
  local few many
  few=$("$@" "$fewer")
  many=$("$@" "$more")
  echo $(((many - few) / (more - fewer)))
}

loadgen() { # checks version key count
  # TLS 1.2 ties the curve of an ECDSA certificate to the groups too.
  cpu "$folder/loadgen/loadgen" run --target "127.0.0.1:${port[$3]}" --servername localhost --cacert "$folder/$3.pem" --tls "$2" \
    --checks "$1" --group x25519,secp256r1 --concurrency "$connections" --count "$4" --quiet --json "$folder/result.json"
  grep -q "\"completed\": *$4\b" "$folder/result.json" || { echo "loadgen did not complete $4 handshakes" >&2; exit 1; }
}

hey_client() { # key count
  cpu hey -n "$2" -c "$connections" -disable-keepalive "https://127.0.0.1:${port[$1]}/"
}

s_time() { # version key
  local micros
  micros=$(cpu openssl s_time -new "-tls${1/./_}" -connect "127.0.0.1:${port[$2]}" -time "$s_time_seconds")
  awk -v cpu="$micros" '/connections in .*real seconds/ { n = $1 } END { printf "%.0f\n", cpu / n }' "$folder/output"
}

median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

for case in $cases; do
  version=${case%-*} key=${case#*-}
  for ((round = 1; round <= rounds; round++)); do
    slope loadgen full "$version" "$key" >>"$folder/$case.full"
    [ "$version" = 1.2 ] || slope hey_client "$key" >>"$folder/$case.hey"
    slope loadgen lean "$version" "$key" >>"$folder/$case.lean"
    s_time "$version" "$key" >>"$folder/$case.s_time"
    echo "$case round $round: $(for each in full lean hey s_time; do [ ! -s "$folder/$case.$each" ] || echo "$each $(tail -1 "$folder/$case.$each")"; done | paste -sd' ')" >&2
  done
done

echo "microseconds of client CPU per full handshake, medians of $rounds rounds"
printf '%-12s %14s %14s %14s %14s %12s %12s %12s\n' case 'full' 'lean' 'hey' 's_time' 'full/hey' 'lean/hey' 'full/s_time'
for case in $cases; do
  full=$(median <"$folder/$case.full") lean=$(median <"$folder/$case.lean") s_time=$(median <"$folder/$case.s_time")
  hey=$([ ! -s "$folder/$case.hey" ] || median <"$folder/$case.hey")
  awk -v c="$case" -v f="$full" -v l="$lean" -v h="${hey:-0}" -v s="$s_time" 'BEGIN {
    printf "%-12s %14d %14d %14s %14d %12s %12s %12.2f\n", c, f, l, h ? h : "-", s, h ? sprintf("%.2f", f / h) : "-", h ? sprintf("%.2f", l / h) : "-", f / s }'
done
