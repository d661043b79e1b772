#!/bin/bash
# The package is upgraded while the mail moves to another drive and mail flows: the move goes on where it was, and nobody loses anything. (long)
# boots by itself
truncate -s 1G "$work/image"
mkfs.ext4 -q -F "$work/image"
drive=$(losetup --find --show "$work/image")
trap '"$gateway/gateway-down.sh" "$name"; losetup -d "$drive"; rm -rf "$work"' EXIT
export NSPAWN_EXTRA="--bind=$drive"
boot || exit 1
G mkdir -p /srv/mail
G mount "$drive" /srv/mail
install_package "$DEB" || exit 1
accounts
permits internal
within 2000 "the LAN is served" from_lan 25
LAN python3 "$gateway/bulk.py" 192.168.50.1 fill
digest() { LAN python3 "$gateway/bulk.py" 192.168.50.1 digest; }
before=$(digest)
put "$(another_version 99.0)" /root/next.deb
main_pid() { G systemctl show -p MainPID --value postern.service; }
old_pid=$(main_pid)

LAN python3 "$gateway/flow.py" 192.168.50.1 "$work/flow.stop" > "$work/flow" 2>&1 &
flow=$!
begin_load
task=$(G postern storage move /srv/mail --limit 2MB --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["task"]["id"])')
fact() { G postern tasks show "$task" --json | python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
# What it says of its bytes, again and again, until it is over.
while [ ! -e "$work/over" ]; do fact bytesDone 2> /dev/null; sleep 0.1; done > "$work/bytes" &
sampler=$!
has_copied() { [ "$(fact bytesDone)" -ge "$1" ]; }
within 30000 "the move is under way" has_copied 12000000
prove "systemd's status tells of it" sh -c "'$gateway/gateway-exec.sh' $name systemctl show -P StatusText postern.service | grep -E '; .*move-store.*[0-9] %'"
prove "the journal has it under its number" sh -c "'$gateway/gateway-exec.sh' $name journalctl -o cat POSTERN_TASK=$task | grep 'phase packs'"
packs() { G sh -c 'cd /srv/mail/postern-mail/packs && stat -c "%n %s %y" *.pack' | sort; }
packs > "$work/packs"

prove "the upgrade" G apt-get install -y -qq /root/next.deb
prove "the new version is installed" test "$(G dpkg-query -W -f '${Version}' postern)" = 99.0
refute "and has been started" test "$(main_pid)" = "$old_pid"
is() { [ "$(fact state)" = "$1" ]; }
within 5000 "the move goes on by itself" is running
G postern tasks limit "$task" none > /dev/null
within 60000 "and ends" is done
touch "$work/over" "$work/flow.stop"
wait "$sampler"
end_load "of connections meanwhile"
wait "$flow"
prove "mail that was acknowledged meanwhile is there, once: $(cat "$work/flow")" grep -q 'acknowledged=[1-9][0-9]* lost=0 twice=0' "$work/flow"

# What was copied before, but for the pack at hand, is as it was: a pack that is copied again has another time.
packs > "$work/packs.after"
copied_again() { head -n -1 "$work/packs" | comm -23 - "$work/packs.after" | grep .; }
refute "none of the $(($(wc -l < "$work/packs") - 1)) packs that were there is copied again" copied_again
prove "the task's bytes do not fall back" awk '$1 < most { print $1, "after", most; bad = 1 } { if ($1 > most) most = $1 } END { exit bad }' "$work/bytes"
prove "the mail is in its new place" sh -c "'$gateway/gateway-exec.sh' $name postern storage status | grep -F /srv/mail"
prove "all of it is as it was" test "$(digest)" = "$before"
prove "store check finds nothing" G postern store check
prove "mail flows" mail lan "After the upgrade"
steady "moved and upgraded"
