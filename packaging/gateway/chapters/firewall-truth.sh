#!/bin/bash
# The check says of every port what clients really meet: open, missing, shadowed by which rule, or that it cannot be known; IPv4 and IPv6. (long)
permits internal
within 2000 "the LAN is served" from_lan 25
prove "the check says open" G postern access check

# state PROTOCOL: what the check says of SMTP on lan0, `open` or `shadowed` …
state() { G postern access check --json > "$work/check"; python3 -c '
import json, sys
for finding in json.load(open(sys.argv[1]))["findings"]:
    if (finding["service"], finding["interface"], finding["protocol"]) == ("smtp", "lan0", sys.argv[2]): print(finding["state"], finding["detail"], *finding["exceptions"])
' "$work/check" "$1"; }
address() { [ "$1" = IPv4 ] && echo 192.168.50.1 || echo fd00:50::1; }
# judge SENTENCE RULES IPv4-STATE IPv6-STATE [WORDS]: with these rules of somebody's the check says so, naming WORDS, and clients meet it.
judge() {
    local sentence=$1 protocol said wanted met
    G systemctl reload nftables
    G nft flush chain inet filter postern_access # so that our rules being back shows that the gatekeeper has seen the reload
    for _ in $(seq 50); do G nft list chain inet filter input > "$work/input" && grep -q postern "$work/input" && break; sleep 0.02; done
    G nft -f - <<< "$2" || bad "$sentence: the rules are right"
    for protocol in IPv4 IPv6; do
        wanted=$3
        [ $protocol = IPv4 ] || wanted=$4
        said=$(state $protocol)
        if greets lan "$(address $protocol)" 25; then met=open; else met=closed; fi
        # What cannot be known may be either.
        case "$wanted $met" in
            'open open' | 'missing closed' | 'shadowed closed' | 'unknown '*) ok "$sentence: a client meets it ($protocol, $met)" ;;
            *) bad "$sentence: a client meets something else than $wanted ($protocol, $met)" ;;
        esac
        case $said in
            "$wanted"*) ok "$sentence: the check says $wanted ($protocol)" ;;
            *) bad "$sentence: the check says \"$said\", not $wanted ($protocol)" ;;
        esac
        [ -z "${5:-}" ] || [ "$wanted" = missing ] || [[ $said == *"$5"* ]] || bad "$sentence: \"$said\" names \"$5\" ($protocol)"
    done
    case "$3 $4" in *shadowed* | *missing* | *unknown*) refute "$sentence: the check's exit code says so" G postern access check ;; esac
}
insert='insert rule inet filter input'
judge "a drop before ours" "$insert tcp dport 25 drop" shadowed shadowed 'tcp dport 25 drop'
judge "one of a range of ports" "$insert tcp dport 20-30 drop" shadowed shadowed 'tcp dport 20-30 drop'
judge "one of several ports" "$insert tcp dport { 25, 143 } drop" shadowed shadowed 'tcp dport { 25, 143 } drop'
judge "one of everything but some ports" "$insert tcp dport != { 22, 143 } drop" shadowed shadowed 'drop'
judge "a reject" "$insert tcp dport 25 reject with tcp reset" shadowed shadowed reject
judge "a drop of one protocol" "$insert meta nfproto ipv6 tcp dport 25 drop" open shadowed ''
judge "a drop of one address of ours" "$insert ip daddr 192.168.50.1 tcp dport 25 drop" shadowed open ''
judge "a drop on another interface" "$insert iifname \"wan0\" tcp dport 25 drop" open open
judge "a drop of a prefix of interfaces" "$insert iifname \"lan*\" tcp dport 25 drop" shadowed shadowed 'lan*'
judge "a drop of another port" "$insert tcp dport 26 drop" open open
judge "an accept of somebody else's before ours" "$insert tcp dport 25 accept" open open
judge "a ban of some peers" "$insert ip saddr 198.51.100.0/24 drop" open open ''
judge "a set of bans" "add set inet filter bans { type ipv4_addr; flags interval; elements = { 198.51.100.0/24, 203.0.113.9 }; }; $insert ip saddr @bans drop" open open ''
judge "an empty set of ports" "add set inet filter none { type inet_service; }; $insert tcp dport @none drop" open open
judge "a set of ports with ours in it" "add set inet filter some { type inet_service; elements = { 25, 26 }; }; $insert tcp dport @some drop" shadowed shadowed '@some'
judge "a map of verdicts" "$insert tcp dport vmap { 24 : accept, 25 : drop }" shadowed shadowed 'vmap'
judge "a chain of its own" "add chain inet filter strict; add rule inet filter strict tcp dport 25 drop; $insert jump strict" shadowed shadowed 'inet filter strict rule tcp dport 25 drop'
judge "a chain that comes back" "add chain inet filter strict; add rule inet filter strict tcp dport 25 return; add rule inet filter strict drop; $insert jump strict" open open
judge "a later chain that drops everything else" "add chain inet filter late { type filter hook input priority 10; policy drop; ct state established accept; meta l4proto ipv6-icmp accept; tcp dport 22 accept; }" shadowed shadowed 'inet filter late policy drop'
judge "a table of one protocol" "add table ip6 own; add chain ip6 own input { type filter hook input priority 10; policy accept; tcp dport 25 drop; }" open shadowed ''
judge "a table that sleeps" "add table inet asleep { flags dormant; }; add chain inet asleep input { type filter hook input priority 10; policy drop; }" open open
judge "a limit that drops what is too much" "$insert tcp dport 25 limit rate over 100/second drop" open open
judge "a mark that somebody may set" "$insert meta mark 0x7 drop" unknown unknown 'meta'
judge "a set of pairs" "add set inet filter pairs { type ipv4_addr . inet_service; elements = { 198.51.100.1 . 25 }; }; $insert ip saddr . tcp dport @pairs drop" open open
judge "a socket's user" "$insert tcp dport 25 socket transparent 1 drop" unknown unknown
G nft delete table ip6 own 2> /dev/null
G nft delete table inet asleep 2> /dev/null
G systemctl reload nftables
within 1000 "without them all is open again" G postern access check

echo "-- the handle that is told is the kernel's"
G nft insert rule inet filter input tcp dport 25 drop
handle=$(G nft -a list chain inet filter input | sed -n 's/.*tcp dport 25 drop # handle //p')
state IPv4 > "$work/state"
prove "shadowed by its chain, text and handle" grep -qxF "shadowed inet filter input rule tcp dport 25 drop (handle $handle)" "$work/state"
G nft delete rule inet filter input handle "$handle"
prove "and open without it" G postern access check

echo "-- chains of one protocol only"
G postern settings set firewall.chain 'ip own INPUT' > /dev/null
G nft -f - <<< 'flush ruleset
table ip own { chain INPUT { type filter hook input priority 0; policy drop; ct state established accept; }; }
table ip6 own { chain INPUT { type filter hook input priority 0; policy drop; ct state established accept; meta l4proto ipv6-icmp accept; }; }'
within 1000 "IPv4 is open" sh -c "'$gateway/gateway-exec.sh' $name postern access check | grep -qE 'smtp .*lan0 +IPv4 +open'"
prove "IPv6 is missing, and by whom" sh -c "'$gateway/gateway-exec.sh' $name postern access check | grep -qE 'smtp .*lan0 +IPv6 +missing +ip6 own INPUT policy drop'"
prove "a client meets the same" greets lan 192.168.50.1 25
refute "over IPv6, too" greets lan fd00:50::1 25
G postern settings set firewall.chain 'inet nowhere input' > /dev/null
within 1000 "chains that are not the configured ones are named" sh -c "'$gateway/gateway-exec.sh' $name postern access check | grep -q 'filtered in ip own INPUT, ip6 own INPUT'"
G postern settings set firewall.chain 'ip own INPUT,ip6 own INPUT' > /dev/null
within 1000 "with both named both are open" G postern access check
within 1000 "to clients, too" from_lan 25
