#!/bin/bash
# /usr/sbin/sendmail takes the mail of this machine's programs, as cron and PHP hand it over, also while the daemon is away; root's waits.
accounts
permits internal
within 2000 "the LAN is served" from_lan 25
letter() { printf 'From: %s\nTo: alice@postern.test\nSubject: %s\n\nA mail.\n.\nBehind a dot.\n' "$1" "$2"; }
prove "root hands a letter over, as cron does" sh -c "printf 'To: alice@postern.test\nSubject: From cron\n\nA mail.\n' | '$gateway/gateway-exec.sh' $name sendmail -FCronDaemon -i -odi -oem -oi -t"
prove "and it arrives" arrives "From cron"
nobody() { G setpriv --reuid nobody --regid nogroup --clear-groups "$@"; }
letter www@postern.test "From PHP" > "$work/letter"
prove "a program without rights hands a letter over, as PHP does" nobody sendmail -t -i -f www@postern.test < "$work/letter"
prove "and it arrives" arrives "From PHP"
printf 'EHLO here\r\nMAIL FROM:<www@postern.test>\r\nRCPT TO:<alice@postern.test>\r\nDATA\r\nSubject: By SMTP\r\n\r\nA mail.\r\n.\r\nQUIT\r\n' > "$work/smtp"
prove "a program speaks SMTP on its standard streams" nobody sendmail -bs < "$work/smtp"
prove "and its letter arrives" arrives "By SMTP"
refute "nobody may see what others hand over" nobody ls /var/spool/postern/drop
for words in "mailq" "newaliases" "sendmail -q" "sendmail -bp"; do
    # shellcheck disable=SC2086 # words
    prove "$words" G $words
done
prove "it is where old programs look" G test -x /usr/lib/sendmail
prove "the package provides a mail transport agent" sh -c "'$gateway/gateway-exec.sh' $name dpkg-query -W -f '\${Provides} \${Conflicts}' postern | grep 'mail-transport-agent.*mail-transport-agent'"
steady "letters taken"

G systemctl stop 'postern-*.socket' postern.service
letter root@postern.test "While it was away" > "$work/letter"
prove "a letter is taken while the daemon is away" nobody sendmail -t -i < "$work/letter"
reboot_gateway
prove "and arrives when it is back, be it by a reboot" arrives "While it was away"

printf 'Subject: For root\n\nA mail.\n' > "$work/letter"
prove "a letter for root is taken" nobody sendmail root < "$work/letter"
sleep 1
prove "and waits, since root has no mailbox" sh -c "'$gateway/gateway-exec.sh' $name postern status | grep 'root has no mailbox'"
prove "root gets an alias" G postern alias add root@postern.test alice@postern.test
within 15000 "and the letter arrives" arrives "For root"
steady "root's letter"
