#!/bin/bash
# test-gateway.sh [--short] [--deb FILE] [--suite NAME] [CHAPTER...]: proves on real gateways (Debian with systemd and nftables, booted in namespaces)
# what the package promises, chapter by chapter, each on a gateway of its own: from itself, from a client inside, from one outside.
#   --short      fewer repetitions, and without the chapters that say "long"
#   --deb FILE   the package to try; without it one is built
#   --suite NAME the release of Debian that the gateways run (bookworm; trixie is the other that Postern is for)
#   --list       the chapters, each with what it proves
# The last line is "N passed, N failed"; on a machine without root or namespaces it says SKIP and ends with 0.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/.." && pwd)
folder=$here/gateway/chapters

deb='' suite=bookworm chosen=()
export SHORT=''
while [ $# -gt 0 ]; do
    case $1 in
        --short) SHORT=1 ;;
        --deb) deb=$(realpath "$2") && shift ;;
        --suite) suite=$2 && shift ;;
        --list)
            for file in "$folder"/*.sh; do echo "$(basename "$file" .sh): $(sed -n '2s/^# //p' "$file")"; done
            exit
            ;;
        -h | --help) sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" && exit ;;
        *)
            [ -e "$folder/$1.sh" ] || { echo "test-gateway.sh: there is no chapter $1; --list shows them" >&2; exit 2; }
            chosen+=("$1")
            ;;
    esac
    shift
done
if [ ${#chosen[@]} -eq 0 ]; then
    for file in "$folder"/*.sh; do
        [ -n "$SHORT" ] && sed -n 2p "$file" | grep -q '(long)' || chosen+=("$(basename "$file" .sh)")
    done
fi

# A gateway is a systemd in namespaces and a control group of its own.
can_boot() {
    [ "$(id -u)" -eq 0 ] && unshare -mnp true || return
    local groups
    groups=$(findmnt -n -t cgroup2 -o TARGET | head -n 1) && mkdir "$groups/probe-$$" && rmdir "$groups/probe-$$"
}
can_boot 2> /dev/null || { echo "SKIP: gateways need root, namespaces and control groups of their own"; exit 0; }
"$here/install-packages.sh" systemd-container mmdebstrap arch-test nftables iptables iproute2 zstd python3 > /dev/null || exit 1
[ -n "$deb" ] || deb=$root/$("$here/build-deb.sh" | tail -n 1) || exit 1
export DEB=$deb
export GATEWAY_ROOTFS=${GATEWAY_ROOTFS:-/var/cache/postern-gateway/rootfs-$suite.tar.zst}
[ -e "$GATEWAY_ROOTFS" ] || "$here/gateway/build-rootfs.sh" "$GATEWAY_ROOTFS" "$suite" > /dev/null || exit 1

# Each chapter writes a line for every sentence that it proves, or not. Whoever wants to read them names the file in TALLY.
[ -n "${TALLY:-}" ] || { TALLY=$(mktemp) && trap 'rm -f "$TALLY"' EXIT; }
export TALLY
for chapter in "${chosen[@]}"; do
    echo "== $chapter: $(sed -n '2s/^# //p' "$folder/$chapter.sh")"
    started=$SECONDS
    "$here/gateway/chapter.sh" "$folder/$chapter.sh" || { echo "FAILED: $chapter came to its end"; echo "failed $chapter" >> "$TALLY"; }
    echo "   ($((SECONDS - started)) s)"
done
sed -n 's/^failed /failed: /p' "$TALLY"
passed=$(grep -c '^passed' "$TALLY") failed=$(grep -c '^failed' "$TALLY")
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
