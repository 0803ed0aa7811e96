#!/usr/bin/env bash
# Renders manifests.yaml from the chart: what `helm template` makes of it, without the objects that are Helm's own.
# With --check, tells whether it is what the chart makes now.
set -euo pipefail
cd "$(dirname "$0")"
top=../..

render() {
  if command -v helm >/dev/null; then
    helm template loadgen "$top/helm/loadgen" --namespace default --values values.yaml --skip-tests
  else
    (cd "$top/tests/LoadGen.Deploy.Tests/Charts/Renderer" &&
      GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS='' go run . -name loadgen -namespace default \
        "$OLDPWD/$top/helm/loadgen" "$OLDPWD/values.yaml")
  fi
}

# Neither the namespace, which an overlay says, nor what is there for Helm alone.
plain() {
  awk '
    function flush() { if (text ~ /\nkind:/ && text !~ /helm.sh\/hook/) printf "---%s", text; text = "" }
    /^---$/ { flush(); text = "\n"; next }
    /^# Source:/ || /^  namespace: default$/ || /helm.sh\/chart:/ || /managed-by: / { next }
    { sub(/[ \t]+$/, ""); text = text $0 "\n" }
    END { flush() }'
}

if [ "${1:-}" = --check ]; then
  diff -u manifests.yaml <(render | plain)
else
  render | plain >manifests.yaml
fi
