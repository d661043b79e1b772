#!/bin/bash
# A reload takes the settings file as it is now, closes nothing that goes on, and refuses a broken file without losing the old settings.
accounts
permits internal
within 2000 "the LAN is served" from_lan 25
G cp /etc/postern/postern.toml /root/before.toml

begin_session
G sh -c 'printf "\n[smtp]\nport = 2525\n" >> /etc/postern/postern.toml'
prove "reload" G systemctl reload postern.service
within 2000 "the new port is served" from_lan 2525
within 2000 "the old one is closed in the kernel" not_listens 25
end_session "a session on the old port goes on to its mail"
steady "another port"

G sh -c 'echo "this is no setting" >> /etc/postern/postern.toml'
G systemctl reload postern.service
within 2000 "a broken file is told in the journal" sh -c "'$gateway/gateway-exec.sh' $name journalctl -q -p err POSTERN_EVENT=settings-refused --no-pager | grep ."
prove "and changes nothing" from_lan 2525
prove "systemd has the daemon for running" active postern.service
G cp /root/before.toml /etc/postern/postern.toml
G systemctl reload postern.service
within 2000 "the file of before, read again, is in force" from_lan 25
within 2000 "and the other port closed" not_listens 2525
steady "as before"
