# The words that chapters are written in. Sourced by chapter.sh, with $name, the gateway, and $work, a folder that goes away.

# Bounded: what was begun while the gateway went down for a reboot would wait for ever.
G() { timeout --foreground -s KILL "${patience:-120}" "$gateway/gateway-exec.sh" "$name" "$@"; }
LAN() { ip netns exec "$name-lan" "$@"; }
WAN() { ip netns exec "$name-wan" "$@"; }

# -- sentences
ok() { echo "ok: $*"; echo "passed $*" >> "$TALLY"; }
bad() { echo "FAILED: $*"; echo "failed $(basename "$chapter" .sh): $*" >> "$TALLY"; }
prove() { # prove SENTENCE COMMAND...
    local sentence=$1
    shift
    if "$@" > "$work/said" 2>&1; then ok "$sentence"; else bad "$sentence" && sed 's/^/    /' "$work/said" | tail -n 5; fi
}
refute() { # refute SENTENCE COMMAND...
    local sentence=$1
    shift
    if "$@" > /dev/null 2>&1; then bad "$sentence"; else ok "$sentence"; fi
}
within() { # within MILLISECONDS SENTENCE COMMAND...: the command comes true in time
    local limit=$1 sentence=$2 start
    shift 2
    start=$(date +%s%3N)
    while ! "$@" > /dev/null 2>&1; do
        [ $(($(date +%s%3N) - start)) -lt "$limit" ] || { bad "$sentence (not within $limit ms)"; return; }
        sleep 0.02
    done
    ok "$sentence ($(($(date +%s%3N) - start)) ms)"
}
at_most() { # at_most LIMIT SENTENCE NUMBER
    if [ -n "$3" ] && [ "$3" -le "$1" ]; then ok "$2: $3 (at most $1)"; else bad "$2: ${3:-nothing} (at most $1)"; fi
}

# -- the gateway
boot() { # boots it, with the appliance's own firewall, as it is before Postern comes
    "$gateway/gateway-up.sh" "$name" > "$work/boot" 2>&1 || { cat "$work/boot"; return 1; }
    G sh -c 'cat > /etc/nftables.conf; systemctl enable -q --now nftables' < "$gateway/gateway.nft" 2> /dev/null
    rules_before=$(G nft -s list ruleset)
}
put() { G sh -c 'cat > "$1"' sh "$2" < "$1"; } # put FILE PATH: copies a file in
install_package() { # install_package DEB [WORD...]: by apt, as an operator does it; nothing needs to be fetched
    local deb=$1
    shift
    put "$deb" /root/postern.deb
    G apt-get install -y -qq "$@" /root/postern.deb > "$work/apt" 2>&1 || { bad "the package installs"; tail -n 20 "$work/apt"; return 1; }
}
reboot_gateway() {
    local before after patience=3
    before=$(G cut -d' ' -f22 /proc/1/stat)
    G systemctl reboot
    for _ in $(seq 200); do
        sleep 0.1
        after=$(G cut -d' ' -f22 /proc/1/stat 2> /dev/null) || continue
        [ "$after" != "$before" ] || continue
        # A gateway on which something failed has booted, too, and says so with an exit code of its own.
        G systemctl is-system-running > "$work/system" 2> /dev/null
        grep -qE 'running|degraded' "$work/system" && return
    done
    bad "the gateway boots again"
}

# -- what a client sees
# greets CLIENT ADDRESS PORT: the server's first word comes from there
greets() { ip netns exec "$name-$1" timeout 0.7 bash -c "exec 3<> /dev/tcp/$2/$3 && read -r -n 3 word <&3 && [[ \$word == 220 || \$word == '* O' || \$word == +OK ]]"; }
silent() { ! greets "$@"; }
from_lan() { greets lan 192.168.50.1 "$1" && greets lan fd00:50::1 "$1"; }
from_wan() { greets wan 203.0.113.1 "$1" && greets wan 2001:db8:1::1 "$1"; }
not_from_wan() { silent wan 203.0.113.1 "$1" && silent wan 2001:db8:1::1 "$1"; }
from_itself() { G timeout 1 bash -c "exec 3<> /dev/tcp/127.0.0.1/$1 && read -r -n 3 word <&3 && [[ \$word == 220 || \$word == '* O' || \$word == +OK ]]"; }

# -- what the gateway says
listens() { [ -n "$(G ss -Hltn "sport = :$1")" ]; }
not_listens() { ! listens "$1"; }
active() { G systemctl is-active -q "$1"; }
calm() { local failed && failed=$(G systemctl --failed --no-legend) && [ -z "$failed" ] || { echo "$failed"; false; }; }
# Every rule but ours: the ruleset without our chain and the jumps to it.
foreign_rules() { G nft -s list ruleset | awk '/chain postern_access/ { ours = 1 } !ours && !/postern/ { print } ours && /^\t}/ { ours = 0; getline; if (NF) print }'; }
untouched() { [ "$(foreign_rules | sed '/^$/d')" = "$(sed '/^$/d' <<< "$rules_before")" ]; }
same_rules() { diff <(echo "$rules_before") <(G nft -s list ruleset); }
# After every step of a chapter.
steady() {
    prove "nothing has failed ($1)" calm
    prove "the appliance's rules are as they were ($1)" untouched
}
permits() { G postern settings set firewall.auto-permit on > /dev/null && G postern settings set firewall.scope "${1:-internal}" > /dev/null; }
accounts() { # a domain with two accounts
    G postern domain add postern.test > /dev/null
    for who in alice bob; do G sh -c "echo postern-demo | postern account add $who@postern.test --password-stdin" > /dev/null; done
}
# mail CLIENT SUBJECT: that client sends alice a mail and reads it back, over the gateway's address on its side
mail() {
    local address=192.168.50.1
    [ "$1" = lan ] || address=203.0.113.1
    ip netns exec "$name-$1" python3 "$gateway/mail.py" "$address" "$2"
}
# arrives SUBJECT: alice can read a mail that somebody else has sent
arrives() { LAN python3 "$gateway/mail.py" 192.168.50.1 "$1" read; }
# begin_load: from now on 50 connections a second from the LAN, each a whole short session; end_load says what became of them.
begin_load() {
    rm -f "$work/load.stop"
    LAN python3 "$gateway/load.py" 192.168.50.1 25 50 "$work/load.stop" > "$work/load" &
    load=$!
}
end_load() { # end_load SENTENCE: none was refused, none lost
    touch "$work/load.stop"
    wait "$load"
    prove "$1: $(cat "$work/load")" grep -q 'answered=[1-9][0-9]* refused=0 lost=0' "$work/load"
}
# begin_session: an SMTP session in mid-dialogue, which end_session finishes with a delivered mail.
begin_session() {
    rm -rf "$work/session" && mkdir "$work/session"
    LAN python3 "$gateway/session.py" 192.168.50.1 25 "$work/session" 2> /dev/null &
    session=$!
    for _ in $(seq 100); do [ -e "$work/session/up" ] && return; sleep 0.05; done
}
end_session() { # end_session SENTENCE
    touch "$work/session/go"
    prove "$1" wait "$session"
}
# another_version VERSION: the same package with that version, and nothing else changed; says where it is
another_version() {
    rm -rf "$work/unpacked" && dpkg-deb -R "$DEB" "$work/unpacked"
    local old
    old=$(dpkg-deb -f "$DEB" Version)
    sed -i "s/^Version: .*/Version: $1/" "$work/unpacked/DEBIAN/control"
    sed -i "s/gt \"$old\"/gt \"$1\"/" "$work/unpacked/DEBIAN/preinst"
    dpkg-deb --root-owner-group -Zxz -z0 -b "$work/unpacked" "$work/postern_$1.deb" > /dev/null && echo "$work/postern_$1.deb"
}
