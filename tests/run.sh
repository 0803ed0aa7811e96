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

failed=0
for project in tests/*.Tests; do
  name=$(basename "$project")
  echo "== $name"
  # A shell has its background jobs ignore SIGINT, and their children inherit that; the tests send it.
  env --default-signal=INT,QUIT "$project/bin/Release/net10.0/$name" --results-directory "$PWD/$results" --report-xunit-trx --report-xunit-trx-filename "$name.trx" --no-progress "$@" </dev/null || failed=1
done
exit $failed
