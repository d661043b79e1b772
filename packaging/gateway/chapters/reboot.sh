#!/bin/bash
# After a reboot everything is as before: sockets first, then the daemon, the permits, accounts and mail.
accounts
permits internal
G postern settings set smtp.interfaces lan0 > /dev/null
within 2000 "the LAN is served" from_lan 25
mail lan "Before the reboot"
identity=$(G cat /var/lib/postern/mail/postern-mail/identity)
reboot_gateway
within 10000 "the LAN is served again, IPv4 and IPv6" from_lan 25
within 2000 "and IMAP, by a socket unit" from_lan 143
prove "the WAN is not, where only lan0 is chosen" not_from_wan 25
prove "the store is the same" test "$identity" = "$(G cat /var/lib/postern/mail/postern-mail/identity)"
prove "mail flows" mail lan "After the reboot"
prove "the sockets were there before the daemon" sh -c "'$gateway/gateway-exec.sh' $name journalctl -b -q --no-pager -u postern-imap-143.socket -u postern.service -o cat | grep -m 2 -E 'Listening|Starting' | head -n 1 | grep -q Listening"
steady rebooted
