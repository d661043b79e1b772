#!/bin/bash
# The daemon killed or hung, the gatekeeper killed or hung, systemd reloaded by somebody else: clients notice nothing, or wait a second.
accounts
permits internal
within 2000 "the LAN is served" from_lan 25

begin_session
begin_load
for _ in 1 2 3; do G systemctl daemon-reload; done
end_load "of connections while somebody else reloads systemd"
end_session "a session goes on meanwhile"
prove "every service is served" sh -c "for port in 25 465 587 143 993 110 995; do '$gateway/gateway-exec.sh' $name ss -Hltn \"sport = :\$port\" | grep -q . || exit 1; done"
steady "systemd reloaded"

G postern settings set smtp.port 2525 > /dev/null
within 2000 "another port is served" from_lan 2525
G systemctl daemon-reload
prove "and still is after systemd was reloaded by somebody else" from_lan 2525
prove "the old one is closed" not_listens 25
G postern settings reset smtp.port > /dev/null
within 2000 "the first port again" from_lan 25
steady "there and back"

mail lan "Before the kill"
G systemctl kill -s KILL postern.service
within 5000 "a killed daemon is back" mail lan "After the kill"
prove "mail of before is there" arrives "Before the kill"
begin_load
G systemctl kill -s KILL postern.service
sleep 3
touch "$work/load.stop"
wait "$load"
# Sessions that were open when it was killed are cut; nobody is refused, since systemd holds the sockets.
prove "nobody is refused while it is away: $(cat "$work/load")" grep -q 'refused=0' "$work/load"
steady "daemon killed"

G systemctl kill -s KILL postern-gatekeeper.service
prove "a killed gatekeeper takes no permit away" from_lan 25
G nft flush chain inet filter postern_access
within 3000 "the next one goes on where it was" from_lan 25
steady "gatekeeper killed"

G systemctl kill -s KILL postern-gatekeeper.service
G systemctl kill -s KILL postern.service
within 5000 "both killed, both are back" mail lan "After both were killed"
steady "both killed"

# The watchdog, made impatient: a program that hangs is taken for dead.
process() { G systemctl show -P MainPID "$1"; }
for unit in postern postern-gatekeeper; do
    G mkdir -p "/run/systemd/system/$unit.service.d"
    G sh -c "printf '[Service]\nWatchdogSec=2s\n' > /run/systemd/system/$unit.service.d/impatient.conf; systemctl daemon-reload; systemctl restart $unit.service"
    within 5000 "$unit runs" active "$unit.service"
    before=$(process "$unit.service")
    sleep 3
    prove "$unit shows that it lives" test "$before" = "$(process "$unit.service")"
    G kill -STOP "$before"
    within 6000 "when $unit hangs, another takes its place" sh -c "now=\$('$gateway/gateway-exec.sh' $name systemctl show -P MainPID $unit.service) && [ \"\$now\" != 0 ] && [ \"\$now\" != $before ]"
    within 5000 "and runs" active "$unit.service"
    G sh -c "rm -r /run/systemd/system/$unit.service.d; systemctl daemon-reload"
done
within 2000 "the LAN is served as before" from_lan 25
prove "mail flows" mail lan "After both hung"
prove "systemd knows what the daemon does" test "$(G systemctl show -P StatusText postern.service)" = "accepting connections"
steady "both hung"
