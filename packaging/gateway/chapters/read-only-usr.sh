#!/bin/bash
# /usr is read-only, as on an appliance: the daemon starts, serves, changes ports and reboots there.
# Not by /etc/fstab: systemd would remount the whole file system that /usr lies on here, /var included.
G sh -c 'cat > /etc/systemd/system/read-only-usr.service; systemctl -q enable read-only-usr.service' << 'U'
[Unit]
DefaultDependencies=no
Before=sysinit.target
[Service]
Type=oneshot
ExecStart=/bin/mount --bind /usr /usr
ExecStart=/bin/mount -o remount,bind,ro /usr
[Install]
WantedBy=sysinit.target
U
accounts
permits internal
reboot_gateway
prove "/usr is read-only" sh -c "! '$gateway/gateway-exec.sh' $name touch /usr/written 2> /dev/null"
within 5000 "the LAN is served" from_lan 25
prove "mail flows" mail lan "With a read-only /usr"
G postern settings set smtp.port 2525 > /dev/null
within 2000 "another port is served" from_lan 2525
G systemctl restart postern.service
within 2000 "also after a restart" from_lan 2525
steady "read-only"
