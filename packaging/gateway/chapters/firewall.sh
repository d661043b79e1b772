#!/bin/bash
# Our permits stand in the appliance's own chain, follow every change and return within a second, whoever takes them away; its rules never change.
accounts
set_to() { G postern settings set "$1" "$2" > /dev/null; }
reset() { G postern settings reset "$1" > /dev/null; }
load_rules() { G nft -f - <<< "$1"; }
# Our chain, a line for each permit, without the numbers of its counters.
permitted() { G nft -s list chain inet filter postern_access | sed -n 's/^\t\t//p'; }
# A grep that ends at its first match would end the command before it, too, and so the pipe in failure: what was said goes to a file first.
holds() { permitted > "$work/permitted" && grep -qxF -- "$1" "$work/permitted"; }
no_longer_holds() { permitted > "$work/permitted" && ! grep -qF -- "$1" "$work/permitted"; }
rules_of_ours() { G nft -s list ruleset | grep -c 'comment "postern: '; }
count_is() { [ "$(rules_of_ours)" = "$1" ]; }
none_of_ours() { G nft list ruleset > "$work/rules" && ! grep -q postern "$work/rules"; }
jump_is_last() { G nft -s list chain inet filter input | grep -A1 'jump postern_access' | tail -n 1 | grep -qxF $'\t}'; }

echo "-- permits follow the settings"
prove "nothing of ours is there without auto-permit" same_rules
set_to firewall.auto-permit on
within 1000 "auto-permit brings seven permits and one jump" count_is 8
prove "one for each service, with interface, port, counter and comment" holds 'iifname "lan0" tcp dport 25 ct state new counter accept comment "postern: smtp"'
within 1000 "the LAN is served, IPv4 and IPv6" from_lan 25
prove "the WAN is not" not_from_wan 25
set_to firewall.scope all
within 1000 "scope all permits from everywhere" holds 'tcp dport 25 ct state new counter accept comment "postern: smtp"'
within 1500 "the WAN is served" from_wan 25
set_to smtp.port 2525
within 1000 "a port changes" holds 'tcp dport 2525 ct state new counter accept comment "postern: smtp"'
reset smtp.port
set_to smtps.enabled off
within 1000 "a service is switched off" no_longer_holds 'postern: smtps'
reset smtps.enabled
within 1000 "and on" holds 'tcp dport 465 ct state new counter accept comment "postern: smtps"'
set_to smtp.interfaces lan0,ppp0
within 1000 "interfaces are chosen" holds 'iifname { "lan0", "ppp0" } tcp dport 25 ct state new counter accept comment "postern: smtp"'
set_to smtp.interfaces 'lan0,ppp*'
within 1000 "a pattern has a rule of its own" holds 'iifname "ppp*" tcp dport 25 ct state new counter accept comment "postern: smtp"'
set_to firewall.scope internal
within 1000 "the scope narrows what is chosen" no_longer_holds 'ppp'
set_to network.internal-interfaces 'lan0,ppp*'
within 1000 "unless it is said to be internal" holds 'iifname "ppp*" tcp dport 25 ct state new counter accept comment "postern: smtp"'
reset network.internal-interfaces
reset smtp.interfaces
ip link add lan1 netns "$name-gw" type veth peer name eth1 netns "$name-lan"
within 1000 "an interface that comes without a default route is internal" holds 'iifname { "lan0", "lan1" } tcp dport 25 ct state new counter accept comment "postern: smtp"'
ip -n "$name-gw" link del lan1
within 1000 "until it goes" holds 'iifname "lan0" tcp dport 25 ct state new counter accept comment "postern: smtp"'
steady followed

echo "-- the list and its counters"
from_lan 25
prove "the list shows each rule with its packets" sh -c "'$gateway/gateway-exec.sh' $name postern access list | grep -E '^inet filter postern_access +[1-9][0-9]* .*postern: smtp\"'"
prove "as values, too" sh -c "'$gateway/gateway-exec.sh' $name postern access list --json | python3 -c 'import json, sys; assert [r for r in json.load(sys.stdin)[\"rules\"] if r[\"packets\"] > 0 and \"smtp\" in r[\"rule\"]]'"
prove "the check says open" G postern access check
prove "a port that is not permitted is explained" sh -c "'$gateway/gateway-exec.sh' $name postern access explain 2525 | grep -q 'missing.*inet filter input policy drop'"

echo "-- the whole is replaced at once"
# A dropped SYN is sent again after a second: nobody waits that long while the permits are replaced thirty times.
begin_load
for _ in $(seq 15); do
    set_to firewall.scope all
    set_to firewall.scope internal
done
end_load "thirty replacements let nobody down"
prove "nor wait" sh -c "[ \$(sed -n 's/.*slowest=\([0-9]*\)ms.*/\1/p' '$work/load') -lt 1000 ]"

echo "-- whatever others do"
G nft flush ruleset
G nft -f /etc/nftables.conf
within 1000 "after a flush of everything and the appliance's load" count_is 8
G systemctl reload nftables
within 1000 "after a reload of nftables" count_is 8
G nft flush chain inet filter postern_access
within 1000 "after a flush of our chain" count_is 8
G nft delete rule inet filter input handle "$(G nft -a list chain inet filter input | sed -n 's/.*jump postern_access.*handle //p')"
within 1000 "after our jump was deleted" count_is 8
G nft add rule inet filter input jump postern_access
within 1000 "after a second jump was made" sh -c "[ \$('$gateway/gateway-exec.sh' $name nft list chain inet filter input | grep -c 'jump postern_access') = 1 ]"
G nft insert rule inet filter postern_access tcp dport 22 accept
within 1000 "after somebody wrote into our chain" no_longer_holds 'dport 22'
G nft delete table inet filter
sleep 0.3
G nft -f /etc/nftables.conf
within 1000 "after the table was deleted and made again" count_is 8
prove "they are no more than before" count_is 8
for _ in $(seq 20); do G nft flush chain inet filter postern_access; done
within 1000 "after twenty flushes in a row" count_is 8
steady returned
G nft list ruleset > "$work/saved"
G sh -c 'cat > /root/saved.nft' <<< "flush ruleset"$'\n'"$(cat "$work/saved")"
G systemctl stop postern-gatekeeper.service postern-gatekeeper.socket
G nft -f /root/saved.nft
G systemctl start postern-gatekeeper.socket
G systemctl start postern-gatekeeper.service
sleep 1
prove "rules that a saved ruleset brought back are adopted, not doubled" count_is 8
G systemctl kill -s KILL postern-gatekeeper.service
prove "a killed gatekeeper takes nothing away" count_is 8
G nft flush chain inet filter postern_access
within 2000 "the next one goes on where it was" count_is 8

echo "-- the place of the jump"
input='flush chain inet filter input; add rule inet filter input ct state established,related accept; add rule inet filter input meta l4proto ipv6-icmp accept; add rule inet filter input ip saddr 198.51.100.0/24 drop'
load_rules "$input; add rule inet filter input counter reject with icmpx admin-prohibited; add rule inet filter input tcp dport 7 drop"
within 1000 "the jump stands before the first rule that lets nothing pass" sh -c "'$gateway/gateway-exec.sh' $name nft -s list chain inet filter input | grep -A1 'jump postern_access' | grep -q 'counter reject'"
prove "behind the appliance's own bans" sh -c "'$gateway/gateway-exec.sh' $name nft -s list chain inet filter input | grep -B1 'jump postern_access' | grep -q '198.51.100.0/24 drop'"
within 1000 "the LAN is served before a final reject" from_lan 25
set_to firewall.position first
within 1000 "position first puts it first" sh -c "'$gateway/gateway-exec.sh' $name nft -s list chain inet filter input | grep -A1 'jump postern_access' | grep -q 'ct state'"
reset firewall.position
load_rules "$input"
within 1000 "without such a rule it stands at the end" jump_is_last
load_rules 'add chain inet filter other { type filter hook input priority 5; policy drop; ct state established,related accept; meta l4proto ipv6-icmp accept; }'
set_to firewall.chain 'inet filter input,inet filter other'
within 1000 "each configured chain has its jump" sh -c "[ \$('$gateway/gateway-exec.sh' $name nft list table inet filter | grep -c 'jump postern_access') = 2 ]"
within 1000 "both let the LAN in" from_lan 25
reset firewall.chain
within 1000 "a chain that is configured no longer loses it" sh -c "! '$gateway/gateway-exec.sh' $name nft list chain inet filter other | grep -q postern"
G systemctl reload nftables
within 1000 "the appliance's own rules again" count_is 8

echo "-- rules go when they should"
set_to firewall.auto-permit off
within 1000 "with the flag" none_of_ours
prove "and leave the rules as they were" same_rules
set_to firewall.auto-permit on
within 1000 "they are back with it" count_is 8
G systemctl restart postern.service
sleep 11
prove "a restart keeps them" count_is 8
G mkdir -p /run/systemd/system/postern.service.d
G sh -c 'printf "[Service]\nRestart=no\n" > /run/systemd/system/postern.service.d/test.conf; systemctl daemon-reload; systemctl kill -s KILL postern.service'
sleep 12
refute "the daemon is dead" active postern.service
prove "a crash keeps them" count_is 8
G sh -c 'rm -r /run/systemd/system/postern.service.d; systemctl daemon-reload; systemctl reset-failed; systemctl start postern.service'
sleep 1
G systemctl stop postern.service
sleep 6
prove "six seconds after the daemon ended they are there" count_is 8
within 6000 "after ten they are not" none_of_ours
prove "and leave the rules as they were" same_rules
G systemctl start postern.service
within 2000 "they come with the daemon" count_is 8
steady "at the end"

echo "-- a gateway that filters nothing"
G systemctl stop nftables
G nft flush ruleset
sleep 1.2
prove "no table is made" test -z "$(G nft list ruleset)"
prove "and that is said" sh -c "'$gateway/gateway-exec.sh' $name postern access list | grep -q 'This gateway filters nothing'"
prove "the check finds every port open" G postern access check
set_to firewall.create-chain on
within 1000 "a setting makes one" count_is 8
within 1000 "and lets everybody in as before" from_wan 25
set_to firewall.auto-permit off
within 1000 "our rules go with the flag" none_of_ours
