#!/bin/bash
# A stopped daemon is started by the first connection to any of its ports; with its sockets stopped as well it stays away.
accounts
permits internal
within 2000 "the LAN is served" from_lan 25
ports="25 465 587 143 993 110 995"
for port in $ports; do
    G systemctl stop postern.service 2> /dev/null
    # A connection that waits while the daemon starts gets its greeting all the same; the TLS ports say nothing first.
    prove "a connection to port $port is taken while the daemon is stopped" LAN timeout 5 bash -c "exec 3<> /dev/tcp/192.168.50.1/$port"
    within 3000 "and starts it" active postern.service
done
within 2000 "all is as before" from_lan 143
steady activated

G systemctl stop 'postern-*.socket' postern.service
sleep 0.5
for port in $ports; do prove "with the sockets stopped nothing listens on $port" not_listens "$port"; done
refute "and nobody starts the daemon" active postern.service
steady stopped
G systemctl start postern-gatekeeper.socket postern.service
within 3000 "started again, it serves the LAN" from_lan 25
mail lan "Started again"
G systemctl restart postern.service
within 2000 "also after a restart" from_lan 25
steady "started again"
