#!/bin/bash
# The package is what it says: hardened programs that stand on Debian's libraries alone, manuals and completion, small enough for an image.
# boots by itself
dpkg-deb -x "$DEB" "$work/root" || bad "the package can be unpacked"
cd "$work/root" || exit 1
header() { readelf -hW "$1" | grep -q 'DYN (Position-Independent'; }
dynamic() { readelf -dW "$1" > "$work/dynamic" && grep -qE "$2" "$work/dynamic"; }
sections() { readelf -SlW "$1" > "$work/sections" && grep -qE "$2" "$work/sections"; }
for program in usr/sbin/posternd usr/bin/postern usr/lib/postern/postern-gatekeeper usr/lib/systemd/system-generators/postern-generator usr/sbin/sendmail; do
    word=$(basename "$program")
    prove "$word lies at an address of the kernel's choice" header "$program"
    prove "$word binds every symbol at its start" dynamic "$program" '\(FLAGS.*NOW'
    prove "and lets nobody write them afterwards" sections "$program" 'GNU_RELRO'
    refute "$word looks for libraries nowhere but where Debian has them" dynamic "$program" '\((RPATH|RUNPATH)\)'
    refute "$word needs no Swift that is not inside" dynamic "$program" 'NEEDED.*(swift|Foundation|dispatch)'
    refute "$word is stripped" sections "$program" '\.(symtab|debug_info) '
done
# What is linked statically shows in the names of its types.
holds_foundation() { grep -qa 'FoundationEssentials' "$1"; }
prove "the client is built on Foundation" holds_foundation usr/bin/postern
for program in usr/lib/postern/postern-gatekeeper usr/lib/systemd/system-generators/postern-generator; do
    refute "$(basename "$program") does without" holds_foundation "$program"
    at_most 16 "MB of $(basename "$program")" "$(($(stat -c %s "$program") / 1000000))"
done
for page in man8/posternd.8 man8/postern-gatekeeper.8 man1/postern.1 man1/sendmail.1 man5/postern.toml.5; do prove "there is a manual page $page" test -e "usr/share/man/$page.gz"; done
table_of_events() { zcat usr/share/man/man8/posternd.8.gz > "$work/manual" && grep -q POSTERN_EVENT "$work/manual" && grep -q 'factory..reset' "$work/manual"; }
prove "the daemon's has a table of events" table_of_events
completes() { bash -c '. usr/share/bash-completion/completions/postern && complete -p postern'; }
prove "a shell completes its commands" completes
prove "the user and the folders are declared" test -e usr/lib/sysusers.d/postern.conf -a -e usr/lib/tmpfiles.d/postern.conf
prove "what the programs link is what it depends on" sh -c "dpkg-deb -f '$DEB' Depends | grep -E 'libssl3.*libunbound8' "
prove "no path of the machine that built it is in the package" sh -c "! grep -rqa '$(cd "$gateway/../.." && pwd)/Sources' usr"
# A package that was made for a trial is not compressed: what counts is what it would be.
[ -n "$SHORT" ] || at_most 35 "MB of the package, compressed" "$(($(dpkg-deb --fsys-tarfile "$DEB" | xz -T0 | wc -c) / 1000000))"
cd /
