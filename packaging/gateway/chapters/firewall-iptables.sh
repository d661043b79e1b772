#!/bin/bash
# On an appliance that keeps its rules by iptables our permits are rules that iptables shows, saves and restores, and its own stay as they are.
# This machine's iptables, in the gateway's network.
tables() { local tool=$1; shift; ip netns exec "$name-gw" "$tool" "$@"; }
foreign() { for tool in iptables ip6tables; do tables "$tool-save" -t filter | grep -v '^[#:]' | grep -v postern; done; }
set_to() { G postern settings set "$1" "$2" > /dev/null; }
ours() { tables "$1" -S > "$work/$1" 2>&1 && [ "$(grep -c -- '-A postern_access .*--comment "postern: ' "$work/$1")" = "$2" ]; }
G systemctl disable -q --now nftables
G nft flush ruleset
for tool in iptables ip6tables; do
    tables $tool -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
    tables $tool -A INPUT -i lo -j ACCEPT
    tables $tool -A INPUT -p ipv6-icmp -j ACCEPT
    tables $tool -A INPUT -i lan0 -p tcp -m tcp --dport 22 -j ACCEPT
    tables $tool -A INPUT -j REJECT
done
foreign > "$work/before"

set_to firewall.chain 'ip filter INPUT,ip6 filter INPUT'
set_to firewall.auto-permit on
within 1000 "iptables shows a permit for each service" ours iptables 7
within 1000 "so does ip6tables" ours ip6tables 7
within 1000 "the LAN is served, IPv4 and IPv6" from_lan 25
prove "the WAN is not" not_from_wan 25
prove "the check says open" G postern access check
prove "iptables lists them with their counters" sh -c "ip netns exec $name-gw iptables -L -v -n -x | grep -qE '^ +[1-9][0-9]* .*ACCEPT.*lan0.*tcp dpt:25.*postern: smtp'"
prove "the jump stands before the last reject" sh -c "ip netns exec $name-gw iptables -S INPUT | grep -A1 'postern_access' | grep -q REJECT"
set_to firewall.scope all
within 1000 "scope all permits from everywhere" from_wan 25
set_to smtp.interfaces 'lan0,ppp*'
within 1000 "a pattern is iptables' own" sh -c "ip netns exec $name-gw iptables -S postern_access | grep -qE -- '-i ppp\+ .*--dport 25 '"
G postern settings reset smtp.interfaces > /dev/null
set_to firewall.scope internal
within 1000 "seven again" ours iptables 7
prove "the appliance's rules are as they were" diff "$work/before" <(foreign)

for tool in iptables ip6tables; do tables $tool-save > "$work/$tool.saved"; done
for tool in iptables ip6tables; do tables $tool-restore "$work/$tool.saved" || bad "$tool-restore takes what $tool-save wrote"; done
sleep 1
prove "what was saved and restored is adopted, not doubled" ours iptables 7
prove "by ip6tables, too" ours ip6tables 7
prove "one jump, no more" sh -c "[ \$(ip netns exec $name-gw iptables -S INPUT | grep -c postern_access) = 1 ]"
prove "the LAN is served" from_lan 25
tables iptables -F
within 1000 "after iptables -F they are back" ours iptables 7
tables iptables-restore "$work/iptables.saved"
set_to firewall.auto-permit off
within 1000 "they go with the flag" sh -c "! ip netns exec $name-gw iptables-save | grep -q postern && ! ip netns exec $name-gw ip6tables-save | grep -q postern"
prove "and leave the rules as they were" diff "$work/before" <(foreign)
prove "nothing has failed" calm
