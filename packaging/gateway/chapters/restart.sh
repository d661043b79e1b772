#!/bin/bash
# The daemon is restarted again and again while 50 clients a second come, and none of them is refused or lost.
rounds=100
[ -z "$SHORT" ] || rounds=10
accounts
permits internal
within 2000 "the LAN is served" from_lan 25
mail lan "Before the restarts"
begin_load
done=0
for _ in $(seq "$rounds"); do
    G systemctl restart postern.service && done=$((done + 1))
done
end_load "of connections in $rounds restarts"
prove "no fewer than 50 a second came" awk -F'rate=' '{ exit !($2 + 0 >= 49.5) }' "$work/load"
prove "every restart succeeded" test "$done" -eq "$rounds"
prove "mail is there" mail lan "After the restarts"
steady "after the restarts"

# Chosen interfaces: these sockets are the daemon's own, in systemd's store of descriptors meanwhile.
G postern settings set smtp.interfaces lan0 > /dev/null
within 2000 "an interface is chosen, and served" from_lan 25
begin_load
for _ in $(seq $((rounds / 5))); do G systemctl restart postern.service; done
end_load "of connections to a chosen interface in $((rounds / 5)) restarts"
steady "on a chosen interface"
