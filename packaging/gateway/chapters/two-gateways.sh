#!/bin/bash
# Two gateways at once on one machine do not know of each other. (long)
other=q$$
second() { "$gateway/gateway-exec.sh" "$other" "$@"; }
trap '"$gateway/gateway-down.sh" "$other" 2> /dev/null; "$gateway/gateway-down.sh" "$name"; rm -rf "$work"' EXIT
accounts
permits internal
within 2000 "the first serves its LAN" from_lan 25
first=$name
name=$other
boot
install_package "$DEB"
within 5000 "the second runs" active postern.service
refute "the second keeps its LAN out, whatever the first does" greets lan 192.168.50.1 25
accounts
permits all
within 2000 "the second serves its WAN" from_wan 25
prove "mail flows at the second" mail lan "At the second"
steady "the second"
name=$first
prove "the first keeps its WAN out" not_from_wan 25
prove "mail flows at the first" mail lan "At the first"
second apt-get purge -y -qq postern > /dev/null 2>&1
"$gateway/gateway-down.sh" "$other"
prove "the second purged and gone, the first serves" mail lan "Alone again"
steady "the first"
