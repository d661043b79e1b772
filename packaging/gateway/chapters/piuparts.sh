#!/bin/bash
# piuparts installs and purges the package in a bare Debian, and finds nothing left behind (long).
# boots by itself
"$gateway/../install-packages.sh" piuparts > /dev/null
zstd -dcq "$GATEWAY_ROOTFS" | gzip -1 > "$work/base.tgz"
cp "$DEB" "$work/postern.deb"
# Without network: what the package depends on is in the base. No maintainer script can see the firewall of this machine.
prove "piuparts" unshare -mn piuparts --no-eatmydata --no-upgrade-test --keep-sources-list --basetgz "$work/base.tgz" --tmpdir "$work" "$work/postern.deb"
