#!/bin/bash
# build.sh: the one release build of posternd and postern. Prints the folder that holds both programs; everything else it
# says goes to stderr. Does nothing when the programs are newer than all of Sources and Package.swift.
#   POSTERN_BIN=DIR       use the programs in DIR and build nothing
#   POSTERN_SCRATCH=DIR   build there instead of .build
#   --packages            only install the Debian packages that a build needs
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
say() { echo "build: $*" >&2; }
die() { say "$*"; exit 1; }

programs=(posternd postern postern-gatekeeper postern-generator postern-sendmail)
# What the toolchain needs to link, and the libraries that Postern's doors stand on.
packages=(
    ca-certificates git pkg-config g++ zlib1g-dev
    libssl-dev libsqlite3-dev libsystemd-dev libnftnl-dev libmnl-dev libunbound-dev
)

if [ "${1:-}" = --packages ]; then
    exec "$root/packaging/install-packages.sh" "${packages[@]}"
fi
if [ -n "${POSTERN_BIN:-}" ]; then
    for program in "${programs[@]}"; do
        [ -x "$POSTERN_BIN/$program" ] || die "POSTERN_BIN is $POSTERN_BIN, but there is no program $program in it."
    done
    cd "$POSTERN_BIN" && pwd
    exit
fi

scratch=${POSTERN_SCRATCH:-$root/.build}
bin=$scratch/release
stamp=$scratch/release.stamp # when the sources were last built: a build that had nothing to link leaves old programs behind

newer_than() { [ -e "$1" ] && [ -z "$(find "$root/Sources" "$root/Package.swift" -newer "$1" -print -quit)" ]; }
is_current() {
    local program
    for program in "${programs[@]}"; do [ -x "$bin/$program" ] || return 1; done
    newer_than "$stamp" && return
    # A build that was broken off after the first programs has left the others old.
    for program in "${programs[@]}"; do newer_than "$bin/$program" || return 1; done
}

if ! is_current; then
    "$root/packaging/install-packages.sh" "${packages[@]}" >&2
    command -v swift > /dev/null || die "no Swift toolchain: install Swift 6.3 or later and put its usr/bin folder on PATH."
    mkdir -p "$scratch"
    touch "$stamp.new" # before the build, so that an edit made meanwhile is built the next time
    for program in "${programs[@]}"; do
        say "building $program (release)"
        # Everything of Swift inside the program, every symbol bound at the start, no search path to a build folder.
        setpriv --pdeathsig TERM swift build --package-path "$root" --scratch-path "$scratch" -c release --product "$program" \
            --static-swift-stdlib --disable-local-rpath -Xlinker -z -Xlinker now >&2 || die "$program does not build, see above."
    done
    mv "$stamp.new" "$stamp"
fi
echo "$bin"
