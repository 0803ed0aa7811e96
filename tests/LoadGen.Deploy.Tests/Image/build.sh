#!/usr/bin/env bash
# Builds the image with `dotnet publish -t:PublishContainer`, as README.md tells, but where no public registry can be reached and
# no container engine runs: its base is made of Debian's packages, and lent from a registry on loopback for as long as the
# build takes.
#
#   build.sh FOLDER [PORT]     PORT of the registry, 5000 by default
#
# FOLDER then has loadgen.tar, an OCI archive, and bundle/, the same unpacked for runc. The base is kept there for the next time.
# Needs root, and the packages mmdebstrap, umoci, skopeo and docker-registry.
set -euo pipefail
cd "$(dirname "$0")/../../.."
folder=$(realpath "$1") port=${2:-5000}
mkdir -p "$folder"

if [ ! -f "$folder/base.tar" ]; then
  # What .NET needs of the system, under the name that this release of Debian has for it.
  openssl=$(apt-cache --names-only search '^libssl3(t64)?$' | cut -d' ' -f1 | head -n 1)
  mmdebstrap --quiet --variant=extract --include="libc6,libstdc++6,$openssl,tzdata" "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$folder/base.new.tar"
  mv "$folder/base.new.tar" "$folder/base.tar"
fi

work=$(mktemp -d)
registry_id=
finish() {
  [ -z "$registry_id" ] || kill "$registry_id"
  rm -rf "$work"
}
trap finish EXIT

umoci init --layout "$work/base"
umoci new --image "$work/base:1"
umoci raw add-layer --image "$work/base:1" "$folder/base.tar"
umoci config --image "$work/base:1" --config.env PATH=/usr/bin

cat >"$work/registry.yml" <<END
version: 0.1
log: { level: info }
storage: { filesystem: { rootdirectory: $work/registry } }
http: { addr: "127.0.0.1:$port" }
END
coproc registry { exec docker-registry serve "$work/registry.yml" 2>&1; }
registry_id=$registry_PID
exec 3<&"${registry[0]}"
until [[ ${line:-} == *"listening on"* ]]; do
  read -r line <&3 || { echo "the registry ended: is port $port free?" >&2; exit 1; }
done
cat <&3 >"$work/registry.log" &
skopeo copy --quiet --dest-tls-verify=false "oci:$work/base:1" "docker://127.0.0.1:$port/base:1"

architecture=x64
[ "$(uname -m)" != aarch64 ] || architecture=arm64
# A registry without TLS is believed under this name alone.
dotnet publish src/LoadGen --nologo -v quiet -p:PublishProfile=Image -t:PublishContainer -a "$architecture" \
  -p:ContainerBaseImage="localhost:$port/base:1" -p:ContainerArchiveOutputPath="$folder/loadgen.tar"

rm -rf "$folder/bundle"
skopeo copy --quiet "oci-archive:$folder/loadgen.tar" "oci:$work/image:1"
umoci unpack --image "$work/image:1" "$folder/bundle"
