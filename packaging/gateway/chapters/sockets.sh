#!/bin/bash
# Ports and chosen interfaces follow the settings in two seconds: sessions live on, the kernel has no old port, a reload changes nothing.
accounts
permits all
within 2000 "all is served at the beginning" from_wan 25

# What the kernel has for a port, in one line: *:25, *%lan0:25, 192.168.50.1:25.
sockets() { G ss -Hltn "sport = :$1" | awk '{ print $4 }' | sort | paste -sd' '; }
are() { [ "$(sockets "$1")" = "$2" ]; }
set_to() { G postern settings set "$1" "$2" > /dev/null; }
reset() { G postern settings reset "$1" > /dev/null; }
# An SMTP session that is there throughout a change, in which a mail is taken at the end.
while_a_session() { # while_a_session SENTENCE COMMAND...
    local sentence=$1
    shift
    begin_session
    "$@"
    end_session "a session of before goes on ($sentence)"
}

echo "-- another port"
move_port() {
    set_to smtp.port 2525
    within 2000 "another port is served, IPv4 and IPv6" from_wan 2525
    within 2000 "the old one is closed in the kernel" not_listens 25
    within 1000 "the LAN has the new port, too" from_lan 2525
    prove "systemd has no socket of the old port" sh -c "! '$gateway/gateway-exec.sh' $name ss -Hltnp | grep -E ':25 .*systemd'"
    reset smtp.port
    within 2000 "the first port is served again" from_wan 25
    within 2000 "the other one is closed in the kernel" not_listens 2525
}
while_a_session "another port and back" move_port
echo "-- two services change their ports for each other's"
speaks() { [ "$(WAN timeout 1 bash -c "exec 3<> /dev/tcp/203.0.113.1/$1 && read -r -n 3 word <&3 && echo \"\$word\"")" = "$2" ]; }
G cp /etc/postern/postern.toml /root/before.toml
G sh -c 'printf "\n[smtp]\nport = 143\n\n[imap]\nport = 25\n" >> /etc/postern/postern.toml; systemctl reload postern.service'
within 2000 "IMAP is served where SMTP was" speaks 25 "* O"
within 2000 "SMTP is served where IMAP was" speaks 143 220
G sh -c 'cp /root/before.toml /etc/postern/postern.toml; systemctl reload postern.service'
within 2000 "SMTP is back" speaks 25 220
within 2000 "IMAP is back" speaks 143 "* O"

echo "-- chosen interfaces"
choose() {
    set_to smtp.interfaces lan0
    within 2000 "with lan0 chosen its sockets and loopback's are all" are 25 "*%lan0:25 *%lo:25"
    prove "the LAN is served, IPv4 and IPv6" from_lan 25
    prove "the gateway itself is, for local web mail" from_itself 25
    prove "nobody outside is, though the firewall were open" not_from_wan 25
    prove "the other services stay where they were" are 143 "*:143"
    reset smtp.interfaces
    within 2000 "all interfaces again" are 25 "*:25"
    prove "the WAN is served again" from_wan 25
}
while_a_session "all, lan0, all" choose
# The firewall permits everything here, so that only the sockets decide.
set_to smtp.interfaces lan0
within 2000 "lan0 chosen again" are 25 "*%lan0:25 *%lo:25"
G nft insert rule inet filter input tcp dport 25 accept
ip -n "$name-wan" route add 192.168.50.0/24 via 203.0.113.1
ip -n "$name-wan" -6 route add fd00:50::/64 via 2001:db8:1::1
refute "a packet that comes in on wan0 is not served, to wan0's address" greets wan 203.0.113.1 25
refute "nor to lan0's, IPv4" greets wan 192.168.50.1 25
refute "nor to lan0's, IPv6" greets wan fd00:50::1 25
prove "where IMAP, which is on all interfaces, would be" greets wan 192.168.50.1 143
G systemctl reload nftables
ip -n "$name-wan" route del 192.168.50.0/24
ip -n "$name-wan" -6 route del fd00:50::/64

set_to smtp.interfaces lan0,wan0
within 2000 "a second interface is served beside the first" are 25 "*%lan0:25 *%lo:25 *%wan0:25"
within 2000 "the WAN has it" from_wan 25
set_to smtp.interfaces 192.168.50.1
within 2000 "a single address instead, beside loopback" are 25 "127.0.0.1:25 192.168.50.1:25 [::1]:25"
within 2000 "it is served" greets lan 192.168.50.1 25
refute "the interface's other address is not" greets lan fd00:50::1 25
set_to smtp.interfaces 198.51.100.7
within 2000 "an address that is not there is no mistake" are 25 "127.0.0.1:25 198.51.100.7:25 [::1]:25"
prove "it is shown" sh -c "'$gateway/gateway-exec.sh' $name postern interfaces | grep -q '198.51.100.7 is chosen'"
prove "the daemon starts with it" G systemctl restart postern.service
G ip address add 198.51.100.7/32 dev lan0
ip -n "$name-lan" route add 198.51.100.7/32 via 192.168.50.1
within 2000 "and is served when it comes" greets lan 198.51.100.7 25
G ip address del 198.51.100.7/32 dev lan0
reset smtp.interfaces
within 2000 "all interfaces again" are 25 "*:25"
prove "nothing could not be bound" sh -c "! '$gateway/gateway-exec.sh' $name journalctl -u postern.service --no-pager | grep 'cannot listen'"
steady chosen

echo "-- reloads of the manager, a restart, a reboot"
reload_manager() { for _ in 1 2 3; do G systemctl daemon-reload; done; }
while_a_session "systemctl daemon-reload" reload_manager
prove "a reload by others changes nothing" are 25 "*:25"
prove "all is served" from_wan 25
set_to smtp.interfaces lan0
within 2000 "lan0 chosen" are 25 "*%lan0:25 *%lo:25"
reload_manager
prove "a reload changes nothing for chosen interfaces" are 25 "*%lan0:25 *%lo:25"
G systemctl restart postern.service
within 2000 "a restart neither" from_lan 25
prove "the sockets are those that systemd kept" are 25 "*%lan0:25 *%lo:25"
reboot_gateway
within 5000 "nor a reboot" from_lan 25
prove "the sockets are the same after it" are 25 "*%lan0:25 *%lo:25"
prove "nobody outside is served after it" not_from_wan 25
reset smtp.interfaces
within 2000 "all interfaces again" are 25 "*:25"
within 2000 "the WAN is served" from_wan 25
reboot_gateway
within 5000 "and after one more reboot" from_wan 25
while_a_session "systemd's own socket is given up" choose
steady reboots

echo "-- without a gatekeeper"
# The manager learns of nothing then; the kernel has to do without.
G systemctl mask -q --runtime --now postern-gatekeeper.socket postern-gatekeeper.service
set_to smtp.port 2525
within 2000 "a port changes" from_itself 2525
within 2000 "the old one is closed all the same" not_listens 25
G systemctl unmask -q --runtime postern-gatekeeper.socket postern-gatekeeper.service
G systemctl start postern-gatekeeper.socket
within 10000 "the socket units follow when there is one again" sh -c "'$gateway/gateway-exec.sh' $name systemctl list-units --all --no-legend 'postern-smtp-*.socket' | grep -q 2525"
reset smtp.port
within 2000 "and back" from_wan 25
steady "at the end"
