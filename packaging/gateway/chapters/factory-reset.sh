#!/bin/bash
# postern factory-reset sets settings, accounts, ports and permits back and keeps the mail, which finds its people again; mail goes when asked for. (long)
accounts
permits all
G postern settings set smtp.port 2525 > /dev/null
G postern settings set mailbox.interfaces lan0 > /dev/null
within 2000 "the LAN is served on a port of its own" from_lan 2525
identity() { G cat /var/lib/postern/mail/postern-mail/identity; }
status() { G postern status --json | python3 -c 'import json, sys; facts = json.load(sys.stdin); print(facts["domains"], facts["accounts"], facts["store"]["messages"])'; }
status_is() { [ "$(status)" = "$1" ]; }
mail_on() { # mail_on PORT SUBJECT: a letter from the LAN
    LAN python3 -c 'import smtplib, sys
with smtplib.SMTP("192.168.50.1", int(sys.argv[1]), timeout=5) as smtp:
    smtp.sendmail("sender@example.org", ["alice@postern.test"], f"Subject: {sys.argv[2]}\r\n\r\nA mail.\r\n")' "$1" "$2"
}
prove "a mail is taken" mail_on 2525 "Before the reset"
prove "and read" arrives "Before the reset"
before=$(identity)
refute "without a yes nothing is done" G postern factory-reset
prove "everything is as it was" status_is "1 2 1"

prove "the reset" G postern factory-reset --yes
within 5000 "nobody is known any more, and the mail is there" status_is "0 0 1"
within 2000 "the first port is served again, by the gateway itself" from_itself 25
within 2000 "the other one is closed in the kernel" not_listens 2525
prove "IMAP is on every interface again" sh -c "[ \"\$('$gateway/gateway-exec.sh' $name ss -Hltn 'sport = :143' | awk '{ print \$4 }')\" = '*:143' ]"
within 2000 "permits are gone, for the flag is off" same_rules
prove "the store is the same" test "$before" = "$(identity)"
steady reset
reboot_gateway
within 10000 "after a reboot the sockets are those of a fresh installation" from_itself 25
prove "and no other" not_listens 2525
accounts
permits internal
within 2000 "permitted again, the LAN is served" from_lan 25
prove "who has the address again has its mail" arrives "Before the reset"
prove "mail flows" mail lan "After the reset"
steady "set up again"

prove "the reset, with its mail" G postern factory-reset --yes --erase-mail
within 5000 "nobody is known, and no mail is there" status_is "0 0 0"
refute "the store is another" test "$before" = "$(identity)"
accounts
permits internal
within 2000 "set up once more, the LAN is served" from_lan 25
refute "the mail of before is gone" arrives "Before the reset"
prove "mail flows" mail lan "After the erasing"
steady erased
