#!/bin/bash
# An upgrade under load refuses no connection and keeps settings, accounts, mail and permits; a downgrade is refused by a sentence.
accounts
permits internal
G postern settings set smtp.max-message-size 7MiB > /dev/null
within 2000 "the LAN is served" from_lan 25
prove "mail before the upgrade" mail lan "Before the upgrade"
old=$(dpkg-deb -f "$DEB" Version)
put "$(another_version 99.0)" /root/next.deb
started=$(G systemctl show -p ExecMainStartTimestampMonotonic --value postern.service)
begin_load
prove "the upgrade" G apt-get install -y -qq /root/next.deb
end_load "of connections while it was upgraded"
prove "the new version is installed" test "$(G dpkg-query -W -f '${Version}' postern)" = 99.0
refute "and has been started" test "$(G systemctl show -p ExecMainStartTimestampMonotonic --value postern.service)" = "$started"
prove "settings are kept" sh -c "'$gateway/gateway-exec.sh' $name postern settings get smtp.max-message-size | grep -q 7MiB"
prove "mail and accounts are kept" mail lan "After the upgrade"
prove "permits are kept" from_lan 143
steady upgraded

prove "the same version can be installed anew" G apt-get install -y -qq --reinstall /root/next.deb
steady "installed anew"

refute "a downgrade is refused" G apt-get install -y -qq --allow-downgrades /root/postern.deb
prove "by a sentence" sh -c "'$gateway/gateway-exec.sh' $name dpkg -i /root/postern.deb 2>&1 | grep 'version 99.0 is installed, and what it has stored may be beyond an older version'"
prove "and leaves the package whole" test -z "$(G dpkg --audit)"
prove "at its version" test "$(G dpkg-query -W -f '${Version} ${db:Status-Status}' postern)" = "99.0 installed"
prove "serving" mail lan "After the downgrade from 99.0 to $old that was none"
steady "after a downgrade that was refused"
