#!/bin/bash
# test-gateway.sh [DEB]: installs the package on a gateway of its own (real Debian, systemd, nftables, in namespaces) and proves what
# it promises there, from the gateway itself, from a client inside and from one outside. Without DEB the package is built first.
# Ends with 0 when all was proved, 1 when not, and says SKIP where the machine cannot do it.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/.." && pwd)
[ "$(id -u)" -eq 0 ] && unshare -mn true 2> /dev/null || { echo "SKIP: the gateway's tests need root and namespaces"; exit 0; }
"$here/install-packages.sh" systemd-container mmdebstrap arch-test nftables iproute2 zstd > /dev/null || exit 1
deb=${1:-}
[ -n "$deb" ] || deb=$root/$("$here/build-deb.sh" | tail -n 1) || exit 1
deb=$(realpath "$deb")
export GATEWAY_ROOTFS=${GATEWAY_ROOTFS:-/var/cache/postern-gateway/rootfs.tar.zst}
[ -e "$GATEWAY_ROOTFS" ] || "$here/gateway/build-rootfs.sh" || exit 1

name=${GATEWAY_NAME:-pst$((RANDOM % 1000))}
passed=0 failed=0
G() { "$here/gateway/gateway-exec.sh" "$name" "$@"; }
ok() { echo "ok: $*"; passed=$((passed + 1)); }
bad() { echo "FAILED: $*"; failed=$((failed + 1)); }
prove() { # prove SENTENCE COMMAND...
    local sentence=$1
    shift
    if "$@" > /dev/null 2>&1; then ok "$sentence"; else bad "$sentence"; fi
}
refute() { # refute SENTENCE COMMAND...
    local sentence=$1
    shift
    if "$@" > /dev/null 2>&1; then bad "$sentence"; else ok "$sentence"; fi
}
within() { # within MILLISECONDS SENTENCE COMMAND...: the command comes true in time
    local limit=$1 sentence=$2 start now
    shift 2
    start=$(date +%s%3N)
    while ! "$@" > /dev/null 2>&1; do
        now=$(date +%s%3N)
        [ $((now - start)) -lt "$limit" ] || { bad "$sentence (not within $limit ms)"; return; }
        sleep 0.02
    done
    ok "$sentence ($(($(date +%s%3N) - start)) ms)"
}
# greets CLIENT ADDRESS PORT: the server's first word comes from there
greets() { ip netns exec "$name-$1" timeout 0.7 bash -c "exec 3<> /dev/tcp/$2/$3 && read -r -n 3 word <&3 && [[ \$word == 220 || \$word == '* O' ]]"; }
silent() { ! greets "$@"; }
from_lan() { greets lan 192.168.50.1 "$1" && greets lan fd00:50::1 "$1"; }
from_wan() { greets wan 203.0.113.1 "$1" && greets wan 2001:db8:1::1 "$1"; }
not_from_wan() { silent wan 203.0.113.1 "$1" && silent wan 2001:db8:1::1 "$1"; }
foreign_rules() { G nft -s list ruleset | grep -v 'postern' | sed '/^[[:space:]]*$/d'; }
own_input() { G nft -s list chain inet filter input | grep -v 'postern'; }
listens() { G ss -Hltn "sport = :$1" | grep -q .; }
not_listens() { ! listens "$1"; }
calm() { [ -z "$(G systemctl --failed --no-legend)" ]; }

trap '"$here/gateway/gateway-down.sh" "$name"' EXIT
NSPAWN_EXTRA="--bind-ro=$(dirname "$deb"):/srv/dist" "$here/gateway/gateway-up.sh" "$name" > /dev/null || exit 1
G sh -c 'cat > /etc/nftables.conf; systemctl enable -q --now nftables' < "$here/gateway/gateway.nft"
before=$(foreign_rules)
input_before=$(own_input)
"$here/gateway/gateway-exec.sh" -r "$name" sh -c \
    "apt-get update -qq && apt-get install -y -qq --download-only /srv/dist/$(basename "$deb")" > /dev/null 2>&1
G apt-get install -y -qq --no-download "/srv/dist/$(basename "$deb")" || bad "the package installs"

echo "== installed"
within 5000 "the daemon runs after installation" G systemctl is-active -q postern.service
prove "nothing has failed" calm
prove "root speaks to the daemon" G postern status
within 2000 "port 25 listens" listens 25
refute "without auto-permit the LAN is kept out" from_lan 25
prove "the appliance's rules are as they were" test "$before" = "$(foreign_rules)"

echo "== firewall"
G postern settings set firewall.auto-permit on
within 2000 "auto-permit opens port 25 to the LAN, IPv4 and IPv6" from_lan 25
within 2000 "and port 143" from_lan 143
prove "not to the WAN" not_from_wan 25
prove "access check says open" G postern access check
G postern settings set firewall.scope all
within 2000 "scope all opens it to the WAN" from_wan 25
G postern settings set firewall.scope internal
within 2000 "scope internal closes it to the WAN" not_from_wan 25
prove "the appliance's own input rules are as they were" test "$input_before" = "$(own_input)"
G nft flush chain inet filter postern_access
within 1000 "our chain, flushed by another, is back" from_lan 25
G systemctl reload nftables
within 1000 "our rules are back after nftables was loaded anew" from_lan 25
G nft flush ruleset
G nft -f /etc/nftables.conf
within 1000 "our rules are back after the ruleset was flushed" from_lan 25
G systemctl kill -s KILL postern-gatekeeper.service
prove "a killed gatekeeper takes nothing away" from_lan 25
G nft flush chain inet filter postern_access
within 3000 "the next gatekeeper goes on where it was" from_lan 25
G nft insert rule inet filter input tcp dport 25 drop
within 2000 "a rule before ours is told of" sh -c "! '$here/gateway/gateway-exec.sh' $name postern access check"
prove "by its name" sh -c "'$here/gateway/gateway-exec.sh' $name postern access check | grep -q 'shadowed.*tcp dport 25 drop'"
G systemctl reload nftables
within 1000 "and is gone with the appliance's reload" from_lan 25

echo "== listeners"
G postern settings set smtp.port 2525
within 2000 "another port is served" from_lan 2525
within 2000 "the old one is closed in the kernel" not_listens 25
G postern settings set smtp.port 25
within 2000 "back again" from_lan 25
G postern settings set firewall.scope all
G postern settings set smtp.interfaces lan0
within 2000 "with lan0 chosen the LAN is served" from_lan 25
within 2000 "what comes in on wan0 is not, to its own address" silent wan 203.0.113.1 25
ip -n "$name-wan" route add 192.168.50.0/24 via 203.0.113.1 2> /dev/null
refute "nor to the address of lan0" greets wan 192.168.50.1 25
prove "loopback is, for local web mail" G timeout 1 bash -c 'exec 3<> /dev/tcp/127.0.0.1/25 && read -r -n 3 word <&3 && [ "$word" = 220 ]'
G ip addr add 192.168.51.1/24 dev lan0
ip -n "$name-lan" addr add 192.168.51.10/24 dev eth0
within 2000 "another address of lan0 is served" greets lan 192.168.51.1 25
ip -n "$name-gw" link del lan0
ip link add lan0 netns "$name-gw" type veth peer name eth0 netns "$name-lan"
ip -n "$name-gw" addr add 192.168.50.1/24 dev lan0
ip -n "$name-gw" link set lan0 up
ip -n "$name-lan" addr add 192.168.50.10/24 dev eth0
ip -n "$name-lan" link set eth0 up
within 2500 "lan0 made again is served" greets lan 192.168.50.1 25
ip -n "$name-gw" addr add fd00:50::1/64 dev lan0 nodad
ip -n "$name-lan" addr add fd00:50::10/64 dev eth0 nodad
G postern settings set smtp.interfaces lan0,tap7
within 2000 "an interface that is not there is shown" sh -c "'$here/gateway/gateway-exec.sh' $name postern interfaces | grep -q 'tap7 is chosen'"
G postern settings reset smtp.interfaces
within 2000 "all interfaces again" from_wan 25

echo "== restart"
refused=0
(for _ in $(seq 250); do
    greets lan 192.168.50.1 25 || echo refused
    sleep 0.02
done) > "/run/$name/load" 2> /dev/null &
load=$!
for _ in 1 2 3 4 5; do G systemctl restart postern.service; done
wait $load
refused=$(grep -c refused "/run/$name/load")
prove "five restarts under load refuse no connection ($refused refused)" test "$refused" -eq 0
prove "nothing has failed" calm
G systemctl reboot
sleep 1
within 20000 "after a reboot the LAN is served" from_lan 25
prove "nothing has failed" calm

echo "== removal"
G apt-get remove -y -qq postern > /dev/null
within 2000 "the permits are gone with the package" sh -c "! '$here/gateway/gateway-exec.sh' $name nft list ruleset | grep -q postern"
prove "the appliance's rules are as they were" test "$before" = "$(foreign_rules)"
prove "nothing listens any more" not_listens 25
G apt-get purge -y -qq postern > /dev/null
prove "mail survives a purge" G test -d /var/lib/postern/mail
refute "settings do not" G test -e /etc/postern
prove "nothing has failed" calm
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
