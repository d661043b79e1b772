#!/bin/bash
# A settings file that is broken at the start: the last good one holds, and journal and status say so loudly until it is mended; without one nothing starts. (long)
accounts
permits internal
G postern settings set smtp.port 2525 > /dev/null
within 2000 "the LAN is served on a port of its own" from_lan 2525
G cp /etc/postern/postern.toml /root/good.toml
G sh -c 'echo "this = is [ no setting" >> /etc/postern/postern.toml'
G systemctl restart postern.service
within 5000 "with a broken file the last good settings hold" from_lan 2525
prove "the journal is loud about it" sh -c "'$gateway/gateway-exec.sh' $name journalctl -q -b --no-pager -p crit POSTERN_EVENT=settings-broken | grep last-good.toml"
prove "so is the status" sh -c "'$gateway/gateway-exec.sh' $name postern status | grep last-good.toml"
steady broken
reboot_gateway
within 10000 "also after a reboot" from_lan 2525
prove "the old port stays closed" not_listens 25
steady "rebooted with it"
G cp /root/good.toml /etc/postern/postern.toml
G systemctl reload postern.service
within 2000 "mended, nothing is said any more" sh -c "! '$gateway/gateway-exec.sh' $name postern status | grep last-good.toml"
prove "and all goes on" from_lan 2525
steady mended

# Without last good settings, too: a daemon that might listen where it must not is worse than none. systemd goes on trying, slowly.
G systemctl stop postern.service 2> /dev/null
G rm /var/lib/postern/last-good.toml
G sh -c 'echo "this = is [ no setting" >> /etc/postern/postern.toml'
G systemctl start --no-block postern.service
sleep 1
tries() { G systemctl show -P NRestarts postern.service; }
before=$(tries)
sleep 6
at_most 6 "times that it was tried again in six seconds" "$(($(tries) - before))"
refute "nothing is served" from_lan 2525
prove "the journal says why" sh -c "'$gateway/gateway-exec.sh' $name journalctl -q -b --no-pager -p crit POSTERN_EVENT=settings-refused | grep 'no last good settings'"
G cp /root/good.toml /etc/postern/postern.toml
within 4000 "mended, it starts by itself, however often it was tried" from_lan 2525
prove "it was tried more than once" test "$(tries)" -gt "$((before + 1))"
steady "mended again"
