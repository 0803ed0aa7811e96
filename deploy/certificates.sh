#!/bin/sh
# Makes what a test bed needs into a folder, anew at each start: an authority, a certificate of the target, and one of the
# nodes, that prove to each other with it who they are.
#   deploy/certificates.sh FOLDER [OWNER]
set -eu
cd "$1"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=LoadGen test bed" \
  -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign" -keyout ca.key -out ca.pem

sign() { # name, subject alternative names
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr"
  printf 'subjectAltName=%s\nbasicConstraints=CA:FALSE\n' "$2" >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile "$1.ext" -out "$1.pem"
  rm "$1.csr" "$1.ext"
}
sign target DNS:target,DNS:localhost,IP:127.0.0.1
sign node DNS:node
rm -f ca.key ca.srl

# The nodes run as a user who is not root.
[ -z "${2:-}" ] || chown "$2" ca.pem node.pem node.key
chmod 600 target.key node.key
