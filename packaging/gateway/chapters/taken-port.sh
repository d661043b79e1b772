#!/bin/bash
# A port that another program holds at the start keeps nothing else from working; the status says who holds it, and it is taken when it is free. (long)
accounts
permits internal
within 2000 "the LAN is served" from_lan 25
G sh -c 'cat > /etc/systemd/system/rival.service' << 'U'
[Unit]
Description=Another program on our port
[Service]
ExecStart=/bin/nc -lk 25
User=nobody
AmbientCapabilities=CAP_NET_BIND_SERVICE
U
says() { G postern status > "$work/status" 2>&1; grep -qF -- "$1" "$work/status"; }
exit_code() { G postern status > /dev/null 2>&1; [ $? -eq "$1" ]; }
G systemctl stop 'postern-*.socket' postern.service 2> /dev/null
G systemctl daemon-reload
G systemctl start rival.service
within 2000 "another program has port 25" listens 25
prove "the daemon starts all the same" G systemctl start postern-gatekeeper.socket postern.service
within 2000 "IMAP is served" greets lan 192.168.50.1 143
within 2000 "so is submission" from_lan 587
refute "SMTP is not" greets lan 192.168.50.1 25
prove "the status says who has the port" says "smtp (port 25) listens nowhere: another program uses this port (rival.service, user nobody)."
prove "to monitoring it is broken" exit_code 2
prove "the journal says it, too" sh -c "'$gateway/gateway-exec.sh' $name journalctl -q -b --no-pager -p err POSTERN_EVENT=listen-failed | grep 'rival.service, user nobody'"
prove "once, however often it is tried" sh -c "sleep 6; [ \$('$gateway/gateway-exec.sh' $name journalctl -q -b --no-pager POSTERN_EVENT=listen-failed | wc -l) = 1 ]"
steady taken
G systemctl stop rival.service
within 6000 "the port is taken when it is free" from_lan 25
within 2000 "and all is well" says "all is well"
prove "mail flows" mail lan "On our own port again"
G systemctl restart postern.service
within 2000 "a restart keeps it" from_lan 25
steady "given back"

# At boot the other program may be faster than systemd's socket, too.
G sh -c 'printf "DefaultDependencies=no\nConflicts=shutdown.target\nBefore=shutdown.target sockets.target postern-smtp-25.socket\n" > /root/order; sed -i "/^Description/r /root/order" /etc/systemd/system/rival.service
printf "[Install]\nWantedBy=sockets.target\n" >> /etc/systemd/system/rival.service; systemctl -q enable rival.service'
reboot_gateway
within 10000 "rebooted behind it, the gateway serves IMAP" greets lan 192.168.50.1 143
within 2000 "and says who has the port" says "(rival.service, user nobody)."
G systemctl disable -q --now rival.service
within 6000 "when it is gone, SMTP is served" from_lan 25
prove "and systemd counts no failed socket" calm
prove "mail flows" mail lan "After the reboot"
reboot_gateway
within 10000 "rebooted without it, all is as before" from_lan 25
prove "by systemd's own socket" sh -c "'$gateway/gateway-exec.sh' $name ss -Hltnp 'sport = :25' | grep systemd | grep -q posternd"
steady "rebooted without it"
