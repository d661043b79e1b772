#!/bin/bash
# /var is full: mail is refused for now, mail is read, restarts and settings work, and all heals when there is room again.
# installs by itself
G mkdir -p /var/lib/postern
G mount -t tmpfs -o size=300m tmpfs /var/lib/postern
install_package "$DEB"
accounts
permits internal
within 2000 "the LAN is served" from_lan 25
prove "a mail while there is room" mail lan "While there was room"
G sh -c 'cat /dev/zero > /var/lib/postern/filler' 2> /dev/null
prove "the drive is full" sh -c "! '$gateway/gateway-exec.sh' $name sh -c 'echo x > /var/lib/postern/more' 2> /dev/null"
answer() { LAN python3 - << 'P'
import smtplib
with smtplib.SMTP("192.168.50.1", 25, timeout=5) as smtp:
    smtp.ehlo()
    for code, text in (smtp.mail("sender@example.org"), smtp.rcpt("alice@postern.test")):
        if code != 250:
            break
    print(code, text.decode())
P
}
said=$(answer 2>&1 | tail -n 1)
prove "a mail is refused for now: $said" grep '^45[12] ' <<< "$said"
prove "mail is read" arrives "While there was room"
prove "the status speaks of it" sh -c "'$gateway/gateway-exec.sh' $name postern status | grep -iE 'full|free|room|floor'"
G systemctl restart postern.service
within 4000 "a restart on the full drive serves readers" arrives "While there was room"
steady full
G rm -f /var/lib/postern/filler /var/lib/postern/more
within 5000 "with room again mail is taken" mail lan "With room again"
steady "room again"
