#!/usr/bin/env bash
# Installs the real servers that the tests need, when missing, then builds everything and runs every test.
# Arguments are passed on to every test project, such as: tests/run.sh --filter-class '*PlanReader*'
set -euo pipefail
cd "$(dirname "$0")/.."

results=artifacts/test-results

# A program that must be there, and the Debian package that has it.
needs=(
  nginx:nginx
  openssl:openssl
  gnutls-serv:gnutls-bin
  haproxy:haproxy
  caddy:caddy
  npm:npm
  promtool:prometheus
  docker-compose:docker-compose
  ip:iproute2
  nft:nftables
  faketime:faketime
  chromium:chromium
  go:golang-go
  kubectl:kubernetes-client
  dnsmasq:dnsmasq-base
  tinyproxy:tinyproxy
  mmdebstrap:mmdebstrap
  umoci:umoci
  skopeo:skopeo
  docker-registry:docker-registry
  runc:runc
)

# Go libraries, for the stand-in that renders the chart, and the Debian package that has each.
go_libraries=(
  github.com/Masterminds/sprig:golang-github-masterminds-sprig-dev
  github.com/xeipuuv/gojsonschema:golang-github-xeipuuv-gojsonschema-dev
  sigs.k8s.io/yaml:golang-k8s-sigs-yaml-dev
)

# A server with a newer OpenSSL than the system's. The package holds the program itself, so no script needs to run.
node_version=24.20.0
node_folder=artifacts/node

# What Kubernetes and the Prometheus operator take.
schemas_folder=artifacts/kubernetes-schemas
schemas=(kubernetes-models@5.1.0 @kubernetes-models/prometheus-operator@6.0.0)

find_missing() {
  missing=()
  local program package
  for need in "${needs[@]}"; do
    program=${need%%:*} package=${need##*:}
    command -v "$program" >/dev/null || [ -x "/usr/sbin/$program" ] || missing+=("$package")
  done
  for need in "${go_libraries[@]}"; do
    [ -d "/usr/share/gocode/src/${need%%:*}" ] || missing+=("${need##*:}")
  done
  # What containers may not do, by default.
  [ -f /usr/share/containers/seccomp.json ] || missing+=(golang-github-containers-common)
  [ -n "$(find /usr/lib/nginx/modules -name ngx_stream_module.so -print -quit 2>/dev/null)" ] || missing+=(libnginx-mod-stream)
}

install_missing() {
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null; then
      echo "missing real servers; to test with them: sudo apt-get install ${missing[*]}" >&2
      return
    fi
    as_root=(sudo)
  fi

  echo "installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq </dev/null
  # The tests start servers of their own: no service may start here.
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/dev/null
}

install_node() {
  [ "$("$node_folder/node_modules/.bin/node" --version 2>/dev/null)" != "v$node_version" ] || return 0
  local architecture=x64
  [ "$(uname -m)" != aarch64 ] || architecture=arm64
  echo "installing node $node_version"
  mkdir -p "$node_folder"
  npm install --prefix "$node_folder" --no-save --ignore-scripts --no-audit --no-fund --loglevel error \
    "node-linux-$architecture@$node_version" </dev/null >/dev/null || echo "missing real server: node $node_version" >&2
}

install_schemas() {
  [ ! -d "$schemas_folder/node_modules/@kubernetes-models/prometheus-operator" ] || return 0
  echo "installing ${schemas[*]}"
  mkdir -p "$schemas_folder"
  npm install --prefix "$schemas_folder" --no-save --ignore-scripts --no-audit --no-fund --loglevel error \
    "${schemas[@]}" </dev/null >/dev/null || echo "missing: ${schemas[*]}" >&2
}

find_missing
[ ${#missing[@]} -eq 0 ] || install_missing
install_node
install_schemas

export PATH="$PATH:/usr/sbin:/sbin"
rm -rf "$results"
mkdir -p "$results"
dotnet build LoadGen.sln -c Release --nologo -v quiet

# Runs the projects that it is given one after another, with the flags of the whole run. What a project says is kept in a file and
# shown in one piece when it ends, for the lanes run side by side.
run_lane() {
  local project name child began failed=0 stopping=
  # Ctrl-C is for the test host, which ends its tests in order, and for the script, which tells the lanes to stop.
  trap '' INT
  trap 'stopping=yes; [ -z "$child" ] || kill -INT "$child" 2>/dev/null' TERM
  for project in "$@"; do
    name=$(basename "$project") began=$SECONDS
    # A shell has its background jobs ignore SIGINT, and their children inherit that; the tests send it.
    env --default-signal=INT,QUIT "$project/bin/Release/net10.0/$name" --results-directory "$PWD/$results" --report-xunit-trx --report-xunit-trx-filename "$name.trx" --no-progress "${flags[@]}" </dev/null >"$results/$name.log" 2>&1 &
    child=$!
    # A signal ends the waiting and not the child.
    while kill -0 "$child" 2>/dev/null; do wait "$child" || true; done
    wait "$child" || failed=1
    child=
    flock "$results" sh -c 'echo "== $1, $2 s"; cat "$3"' sh "$name" $((SECONDS - began)) "$results/$name.log"
    [ -z "$stopping" ] || return 130
  done
  return $failed
}

# The end-to-end tests mostly wait for what other processes do, so that the other projects find room beside them.
flags=("$@") others=() lanes=()
for project in tests/*.Tests; do
  [ "$project" = tests/LoadGen.EndToEnd.Tests ] || others+=("$project")
done

stopped=
trap 'stopped=INT' INT
trap 'stopped=TERM' TERM
run_lane tests/LoadGen.EndToEnd.Tests &
lanes+=($!)
run_lane "${others[@]}" &
lanes+=($!)

failed=0
for lane in "${lanes[@]}"; do
  while ! wait "$lane"; do
    if [ -z "$stopped" ]; then
      failed=1
      break
    fi

    kill -TERM "${lanes[@]}" 2>/dev/null || true
    wait
    trap - "$stopped"
    kill "-$stopped" $$
  done
done
exit $failed
