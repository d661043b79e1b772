#!/bin/bash
# build-deb.sh: builds the Debian package from the release build and prints its path, dist/postern_VERSION_amd64.deb.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
packaging/install-packages.sh debhelper dpkg-dev fakeroot >&2
POSTERN_BIN=$(packaging/build.sh)
export POSTERN_BIN
# dpkg-buildpackage leaves its files beside the source folder: a copy of what it needs has a place of its own.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/postern"
cp -a debian systemd packaging "$work/postern/"
(cd "$work/postern" && dpkg-buildpackage -b -uc -us -d >&2)
mkdir -p dist
version=$(dpkg-parsechangelog -l debian/changelog -S Version)
cp "$work/postern_${version}_amd64.deb" dist/
echo "dist/postern_${version}_amd64.deb"
