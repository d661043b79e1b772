#!/bin/bash
# A drive of /etc/fstab that belongs to root: the gatekeeper prepares it, the mail moves there while it flows, and is there after a reboot. (long)
# boots by itself
#
# The drives are loop devices of this machine. In a container systemd takes no device of /etc/fstab, and nobody makes .device units: a
# unit of the chapter's own does what local-fs.target does on an appliance.
for image in mail other; do
    truncate -s 1G "$work/$image"
    mkfs.ext4 -q -F "$work/$image"
done
drive=$(losetup --find --show "$work/mail")
other=$(losetup --find --show "$work/other")
trap '"$gateway/gateway-down.sh" "$name"; losetup -d "$drive" "$other"; rm -rf "$work"' EXIT
export NSPAWN_EXTRA="--bind=$drive --bind=$other"
boot || exit 1
for place in mail other; do G mkdir -p "/srv/$place"; done
G sh -c "echo '$drive /srv/mail ext4 nofail 0 2' >> /etc/fstab; echo '$other /srv/other ext4 nofail 0 2' >> /etc/fstab"
G sh -c 'cat > /etc/systemd/system/drives.service; systemctl enable -q --now drives.service' << 'UNIT' 2> /dev/null
[Unit]
DefaultDependencies=no
Before=local-fs.target
ConditionPathExists=!/etc/no-drives
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/mount -a
[Install]
WantedBy=local-fs.target
UNIT
prove "the drive is mounted" G mountpoint -q /srv/mail
install_package "$DEB" || exit 1
accounts
permits internal
within 2000 "the LAN is served" from_lan 25
mail lan "Before the move"

place() { G postern storage status --json | python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
lives_on() { [ "$(place path)" = "$1" ] && [ "$(place state)" = ready ]; }
prove "the drive is shown as a place for mail" sh -c "'$gateway/gateway-exec.sh' $name postern drives | grep -E '^/srv/mail .*possible'"
refute "the daemon's user may not write on it" G setpriv --reuid postern --clear-groups touch /srv/mail/x
prove "a move without doing it says what it would be" G postern storage move /srv/mail --dry-run
prove "the gatekeeper has made the folder, for the daemon alone" sh -c "[ \"\$('$gateway/gateway-exec.sh' $name stat -c '%U %a' /srv/mail/postern-mail)\" = 'postern 700' ]"
begin_session
begin_load
prove "the mail moves" G postern storage move /srv/mail --wait
end_load "of connections while it moves"
end_session "a session goes on meanwhile"
prove "it is in use there" lives_on /srv/mail
prove "mail flows" mail lan "After the move"
prove "the top of the drive still belongs to root" sh -c "[ \"\$('$gateway/gateway-exec.sh' $name stat -c %U /srv/mail)\" = root ]"
steady moved

reboot_gateway
within 10000 "after a reboot it is in use there" lives_on /srv/mail
there() { LAN python3 - "$@" << 'P'
import imaplib, sys
imap = imaplib.IMAP4("192.168.50.1", 143)
imap.login("alice@postern.test", "postern-demo")
imap.select("INBOX", readonly=True)
for subject in sys.argv[1:]:
    assert imap.search(None, "SUBJECT", f'"{subject}"')[1][0].split(), subject
P
}
within 2000 "the mail is there" there "Before the move" "After the move"
prove "mail flows" mail lan "After the reboot"
steady rebooted

# Without the drive: nothing is taken, nothing is written below the mount point, and it heals by itself.
G touch /etc/no-drives
reboot_gateway
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
put_off() { answer | grep '^451 4\.3\.0'; }
within 10000 "a boot without the drive puts mail off" put_off
prove "nothing is written below the mount point" sh -c "[ -z \"\$('$gateway/gateway-exec.sh' $name ls -A /srv/mail)\" ]"
prove "the status says why" sh -c "'$gateway/gateway-exec.sh' $name postern storage status | grep 'unavailable: .*mounted'"
G rm /etc/no-drives
G mount -a
within 5000 "with the drive it heals by itself" lives_on /srv/mail
prove "mail flows" mail lan "With the drive again"
prove "the mail is there" there "Before the move" "After the move" "After the reboot"
steady "drive again"

# Undone it is between drives only: this gateway's own drive is in memory, where no mail is moved to.
G postern storage discard-old > /dev/null
prove "the mail moves to another drive" G postern storage move /srv/other --wait
mail lan "On the other drive"
prove "the move is undone, with what has come since" G postern storage undo --wait
prove "the mail is where it was" lives_on /srv/mail
prove "the mail is there" there "Before the move" "After the reboot" "With the drive again" "On the other drive"
prove "the old copy is discarded" G postern storage discard-old
prove "nothing of it is left on the other drive" sh -c "[ -z \"\$('$gateway/gateway-exec.sh' $name ls -A /srv/other/postern-mail)\" ]"
steady undone
