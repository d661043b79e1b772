#!/bin/bash
# Installed into an image, without systemd and network, the package holds nothing unique; the first boot makes it, by the maker's presets.
# boots by itself
image=$work/image
mkdir "$image"
tar --zstd --numeric-owner -xpf "$GATEWAY_ROOTFS" -C "$image"
cp "$DEB" "$image/root/postern.deb"
printf '#!/bin/sh\nexit 101\n' > "$image/usr/sbin/policy-rc.d"
chmod 755 "$image/usr/sbin/policy-rc.d"
in_image() { unshare -mn --propagation private chroot "$image" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"; }
prove "the package installs in a chroot without systemd and network" in_image apt-get install -y -qq /root/postern.deb
refute "no state is in the image" test -e "$image/var/lib/postern/state.sqlite"
refute "no store either" test -e "$image/var/lib/postern/mail"
refute "no key either" sh -c "find '$image/etc/postern' '$image/var/lib/postern' -type f 2> /dev/null | grep ."
prove "its units are enabled" test -L "$image/etc/systemd/system/multi-user.target.wants/postern.service"
printf 'firewall.auto-permit = true\n' > "$image/usr/share/postern/defaults.d/10-maker.toml"
rm "$image/usr/sbin/policy-rc.d" "$image/root/postern.deb"
install -m 644 "$gateway/gateway.nft" "$image/etc/nftables.conf"
in_image systemctl -q enable nftables.service 2> /dev/null
tar --zstd --numeric-owner -cpf "$work/image.tar.zst" -C "$image" .
rm -rf "$image"

unique() { G cat /var/lib/postern/mail/postern-mail/identity && G postern certificate show default; }
GATEWAY_ROOTFS=$work/image.tar.zst
first=
for round in first second; do
    boot || return 1
    within 10000 "the $round gateway of this image serves the LAN at its first boot, by the maker's preset" from_lan 25
    prove "nothing has failed ($round)" calm
    refute "it is not like another of the same image ($round)" test "$(unique)" = "$first"
    first=$(unique)
    accounts
    prove "mail flows ($round)" mail lan "From the image"
    [ "$round" = second ] || "$gateway/gateway-down.sh" "$name"
done
