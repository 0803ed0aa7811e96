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
)

# A server with a newer OpenSSL than the system's. The package holds the program itself, so no script needs to run.
node_version=24.20.0
node_folder=artifacts/node

find_missing() {
  missing=()
  local program package
  for need in "${needs[@]}"; do
    program=${need%%:*} package=${need##*:}
    command -v "$program" >/dev/null || [ -x "/usr/sbin/$program" ] || missing+=("$package")
  done
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

find_missing
[ ${#missing[@]} -eq 0 ] || install_missing
install_node

export PATH="$PATH:/usr/sbin:/sbin"
rm -rf "$results"
mkdir -p "$results"
dotnet build LoadGen.sln -c Release --nologo -v quiet

failed=0
for project in tests/*.Tests; do
  name=$(basename "$project")
  echo "== $name"
  "$project/bin/Release/net10.0/$name" --results-directory "$PWD/$results" --report-xunit-trx --report-xunit-trx-filename "$name.trx" --no-progress "$@" </dev/null || failed=1
done
exit $failed
