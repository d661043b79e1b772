#!/bin/bash
# The package installs, and a mail server with working defaults runs, activated by its sockets, behind a closed firewall.
# installs by itself
install_package "$DEB"
within 5000 "the daemon runs after installation" active postern.service
steady installed
prove "root speaks to the daemon" G postern domain list
for port in 25 465 587 143 993 110 995; do prove "port $port is held by systemd and by the daemon" sh -c "'$gateway/gateway-exec.sh' $name ss -Hltnp 'sport = :$port' | grep systemd | grep -q posternd"; done
prove "the gateway itself is served" from_itself 25
for side in lan wan; do refute "without auto-permit the $side is kept out" greets $side "$([ $side = lan ] && echo 192.168.50.1 || echo 203.0.113.1)" 25; done

accounts
permits internal
within 2000 "the LAN is served once permitted, IPv4 and IPv6" from_lan 25
prove "a mail is sent and read from the LAN" mail lan "Subject of the LAN"
prove "the WAN is kept out" not_from_wan 25
permits all
within 2000 "the WAN is served once permitted" from_wan 25
prove "a mail is sent and read from the WAN" mail wan "Subject of the WAN"
whole_status() { G postern status --json > "$work/status.json" && python3 - "$work/status.json" << 'P'
import json, sys
facts = json.load(open(sys.argv[1]))
assert facts["verdict"] == "fine", facts["problems"] + facts["warnings"]
assert [service["port"] for service in facts["services"]] == [25, 587, 465, 143, 993, 110, 995]
for service in facts["services"]:
    assert (service["state"], service["by"], service["permit"]) == ("listening", "systemd", "open"), service
    assert service["certificateDays"] > 300, service
assert facts["store"]["state"] == "ready" and facts["store"]["messages"] == 2
P
}
prove "the status says of each port that it listens, by systemd, is open, and for how long its certificate holds" whole_status
prove "on one screen" sh -c "[ \$('$gateway/gateway-exec.sh' $name postern status | wc -l) -le 24 ]"
steady permitted

for unit in postern.service postern-gatekeeper.service postern-gatekeeper.socket; do
    # Manual pages are left out of the gateway's image, as appliances do.
    prove "systemd finds no fault with $unit" sh -c "! '$gateway/gateway-exec.sh' $name systemd-analyze verify --man=no $unit 2>&1 | grep ."
done
exposure() { G systemd-analyze security --no-pager "$1" | sed -nE 's/.*exposure level for .*: ([0-9]+)\.([0-9]).*/\1\2/p'; }
at_most 15 "the daemon's exposure, in tenths" "$(exposure postern.service)"
at_most 20 "the gatekeeper's exposure, in tenths" "$(exposure postern-gatekeeper.service)"

# What systemd waits for between "Starting" and READY=1: the second start, since the first one makes a certificate's key.
start_time() { # milliseconds between the two lines of the journal
    G journalctl -u postern.service -o short-unix --no-pager |
        awk '/systemd\[1\]: Starting/ { began = $1 } /systemd\[1\]: Started/ { took = ($1 - began) * 1000 } END { printf "%d", took }'
}
G systemctl restart postern.service
at_most 300 "milliseconds from start to READY" "$(start_time)"
sleep 3 # for allocations of the start to go
pss() { G sh -c 'cat $(for name in posternd postern-gatekee; do pgrep -x "$name"; done | sed "s,.*,/proc/&/smaps_rollup,")' | awk '/^Pss:/ { sum += $2 } END { print int(sum / 1024 + 0.5) }'; }
at_most 60 "MiB of all programs, idle (PSS)" "$(pss)"
at_most 150 "MB installed" "$(($(G dpkg-query -W -f '${Installed-Size}' postern) * 1024 / 1000000))"
at_most 300 "lines in the journal" "$(G journalctl -u 'postern*' --no-pager | wc -l)"
refute "nobody complains in the journal" sh -c "'$gateway/gateway-exec.sh' $name journalctl -u 'postern*' -p warning --no-pager -q | grep ."
steady "at the end"
