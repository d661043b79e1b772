#!/bin/bash
# chapter.sh FILE: boots a gateway with the appliance's firewall, installs the package, performs the chapter, takes the gateway down.
# Called by test-gateway.sh, which says what DEB, SHORT, TALLY and GATEWAY_ROOTFS are.
set -uo pipefail
gateway=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
chapter=$1
# Of ten letters at most; gateways of different runs have different ones.
name=p$$
. "$gateway/proving.sh"

work=$(mktemp -d)
trap '"$gateway/gateway-down.sh" "$name"; rm -rf "$work"' EXIT
# A chapter that wants to boot or to install by itself says so.
if ! grep -q '^# boots by itself$' "$chapter"; then
    boot || exit 1
    if ! grep -q '^# installs by itself$' "$chapter"; then install_package "$DEB" || exit 1; fi
fi
. "$chapter"
