#!/bin/bash
# Removal takes sockets, programs and every firewall rule of ours away; a purge takes the state, and mail only after an explicit yes.
accounts
permits all
within 2000 "the WAN is served" from_wan 25
prove "a mail is there" mail lan "Before the removal"

gone() { # nothing of ours runs, listens or filters
    prove "nothing listens any more ($1)" sh -c "for port in 25 465 587 143 993 110 995; do '$gateway/gateway-exec.sh' $name ss -Hltn \"sport = :\$port\" | grep -q . && exit 1; done; true"
    prove "no unit is left ($1)" sh -c "! '$gateway/gateway-exec.sh' $name systemctl list-units --no-legend 'postern*' | grep ."
    prove "no process is left ($1)" sh -c "! '$gateway/gateway-exec.sh' $name pgrep -u postern ."
    prove "the whole ruleset is as it was before us, byte for byte ($1)" same_rules
    prove "dpkg has nothing to complain of ($1)" test -z "$(G dpkg --audit)"
    steady "$1"
}
prove "the package is removed" G apt-get remove -y -qq postern
gone removed
prove "settings stay" G test -e /etc/postern/postern.toml
prove "mail stays" G test -e /var/lib/postern/mail/postern-mail/index.sqlite

install_package "$DEB"
within 5000 "installed again, the LAN is served by the settings of before" from_lan 25
prove "mail and accounts of before are there" mail lan "Installed again"
steady "installed again"

prove "the package is purged, and nobody says yes" G apt-get purge -y -qq postern
gone purged
refute "settings are gone" G test -e /etc/postern
prove "mail is kept" G test -e /var/lib/postern/mail/postern-mail/index.sqlite
install_package "$DEB"
permits internal
within 5000 "mail that outlived a purge can be read" mail lan "After the purge"

G sh -c 'echo postern postern/purge-mail boolean true | debconf-set-selections'
prove "the package is purged, with an explicit yes" G apt-get purge -y -qq postern
gone "purged with a yes"
refute "mail is gone" G test -e /var/lib/postern
refute "so is the folder for letters" G test -e /var/spool/postern
refute "debconf has forgotten the answer" sh -c "'$gateway/gateway-exec.sh' $name debconf-show postern | grep ."

install_package "$DEB"
within 5000 "installed afresh it runs" active postern.service
prove "a store without any mail is purged without a question" G apt-get purge -y -qq postern
refute "and is gone" G test -e /var/lib/postern
gone "purged afresh"
