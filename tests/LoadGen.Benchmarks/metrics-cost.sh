#!/usr/bin/env bash
# What metrics cost a whole run: CPU per handshake with the endpoint scraped each second, against no endpoint.
#
#   tests/LoadGen.Benchmarks/metrics-cost.sh [ROUNDS] [RATE] [SECONDS]
#
# Runs against the built-in target, in turn, round by round (off on, off on ...), so that what the machine does besides
# meets both. The figure is the result's own: user and system time of the generator for each handshake. The last line has
# the medians and their difference in percent, which should be below 2. ROUNDS 4, RATE 3000, SECONDS 20 by default.
# Needs curl, and a machine that does nothing else.
set -euo pipefail
cd "$(dirname "$0")/../.."

rounds=${1:-4} rate=${2:-3000} seconds=${3:-20}
port=18987
folder=$(mktemp -d)
scraper=
finish() {
  [ -z "$scraper" ] || kill "$scraper" 2>/dev/null || true
  rm -rf "$folder"
}
trap finish EXIT
dotnet publish src/LoadGen -c Release --nologo -v quiet -o "$folder/loadgen" >&2

scrape() {
  while true; do
    curl -s -o /dev/null "http://127.0.0.1:$port/metrics" || true
    sleep 1
  done
}

# Microseconds of CPU per handshake of one run; 12 is the verdict that the generator was the limit.
cost() {
  local status=0
  "$folder/loadgen/loadgen" run --rate "$rate" --duration "${seconds}s" --quiet --json "$folder/result.json" "$@" >"$folder/output" 2>&1 || status=$?
  [ $status -eq 0 ] || [ $status -eq 12 ] || { cat "$folder/output" >&2; exit 1; }
  sed -n 's/.*"cpuMicrosPerHandshake": *\([0-9.]*\).*/\1/p' "$folder/result.json"
}

for ((round = 1; round <= rounds; round++)); do
  off=$(cost)
  scrape &
  scraper=$!
  on=$(cost --metrics-port "$port" --linger 0s)
  kill "$scraper"
  wait "$scraper" 2>/dev/null || true
  scraper=
  echo "round $round: off $off us, on $on us"
  echo "$off" >>"$folder/off"
  echo "$on" >>"$folder/on"
done

median() { sort -n "$1" | awk '{ each[NR] = $1 } END { print NR % 2 ? each[(NR + 1) / 2] : (each[NR / 2] + each[NR / 2 + 1]) / 2 }'; }
awk -v off="$(median "$folder/off")" -v on="$(median "$folder/on")" \
  'BEGIN { printf "median: off %.0f us, on %.0f us, metrics cost %.1f %%\n", off, on, 100 * (on - off) / off }'
