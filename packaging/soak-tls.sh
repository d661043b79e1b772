#!/bin/bash
# soak-tls.sh [HANDSHAKES]: so many full handshakes with STARTTLS (100,000 by default), 20 at a time, against a demonstration of its
# own; fails when the daemon's memory still grows in the second half of them.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
count=${1:-100000}
"$root/packaging/install-packages.sh" gcc libc6-dev libgnutls28-dev >&2
folder=$(mktemp -d "${TMPDIR:-/tmp}/postern-soak.XXXXXX")
cc -O2 -o "$folder/mailload" "$root/packaging/bench/load/mailload.c" -lgnutls -lm -lpthread
echo "alice@postern.test postern-demo" > "$folder/users"

mkfifo "$folder/said"
setpriv --pdeathsig TERM "$root/packaging/run.sh" --state "$folder/state" --set smtp.port=7525 --set submission.port=7587 \
    --set smtps.port=7465 --set imap.port=7143 --set imaps.port=7993 --set pop3.port=7110 --set pop3s.port=7995 > "$folder/said" &
script=$!
trap 'kill -TERM $script 2> /dev/null; wait $script 2> /dev/null || true; rm -rf "$folder"' EXIT
while read -r line; do [ "$line" != ready ] || break; done < "$folder/said"
pid=$(cat "$folder/state/posternd.pid")
resident() { awk '/^VmRSS/ { print $2 }' "/proc/$pid/status"; } # KiB

hands() { "$folder/mailload" tls -h 127.0.0.1 -p 7587 -u "$folder/users" -s 20 -n "$1"; }
start=$(resident)
hands $((count / 10)) > /dev/null # buffers, pools and caches have their size
warm=$(resident)
hands $((count / 10 * 4)) | grep METRIC
middle=$(resident)
hands $((count / 2)) | grep METRIC
end=$(resident)
echo "resident KiB: $start at the start, $warm after a tenth, $middle after half, $end after $count handshakes"
# A leak of 100 octets a handshake would be 5 MB in the second half.
[ $((end - middle)) -le 4096 ] || { echo "the daemon's memory grows" >&2; exit 1; }
