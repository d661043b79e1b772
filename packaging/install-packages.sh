#!/bin/bash
# install-packages.sh PACKAGE...: installs those of the Debian packages that are missing; says nothing when none is.
set -euo pipefail
missing=()
for package; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null || true)
    [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo > /dev/null || {
        echo "These packages are missing: ${missing[*]}. Install them as root: apt-get install ${missing[*]}" >&2
        exit 1
    }
    as_root=(sudo)
fi
echo "installing from apt: ${missing[*]}"
# Whoever else installs something at this moment is waited for.
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" < /dev/null; }
apt install -y --no-install-recommends "${missing[@]}" > /dev/null 2>&1 || {
    apt update > /dev/null
    apt install -y --no-install-recommends "${missing[@]}" > /dev/null
}
