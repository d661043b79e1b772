#!/bin/bash
# move.sh [rate] [slots] [load] [pause]: what moving the mail costs, on loop-mounted ext4 drives; prints a line a figure. Needs root.
#   rate    1 GB: the move, against `cp -a --reflink=never` and `sync` of the same files between the same drives; no load. On drives of
#           both kinds (LOOPS="plain direct"): plain loop devices, whose files the machine's page cache holds as well, and those past it.
#           A move reads back what it writes: three octets for an octet, where cp has two, on the one drive below both
#   slots   deliveries a second under smtp_4k_s20 while packs are copied with a limit (LIMITS="20MB"): one daemon, one load, and SLOTS (64)
#           slots of SLOT (2) seconds, in which the move is at rest, at work, at work, at rest, and so on, so that what changes with the
#           store or with the machine is in both. Prints the mean of the groups of four and its standard error: 1 to 1.5 %, where load is
#           as likely as not 4 % off. LIMITS=still rests in all of them
#   load    deliveries a second under smtp_4k_s20 during a move without a limit and one with --limit 20MB (LIMITS="none 20MB"), beside
#           those in the seconds before and behind it; medians of ROUNDS (3). LIMITS=still moves nothing: so much is chance
#           (BESIDE, 10 seconds each). The seconds of each phase are told, too
#   pause   the pause of writes with 50,000, 100,000 and 200,000 messages of 4 KB (COUNTS="…")
# GB (1.0) is how much mail there is to move, a tenth of it where load has a limit. Everything lies in $BENCH_DIR/move and is gone at the end.
# But for rate the drives' files are read and written past the page cache of the machine, as drives are: else each octet would be copied
# once more, by threads of the kernel that no drive has. What is left in common is the drive on which both lie.
. "$(dirname "$0")/lib.sh"
set -euo pipefail
[ "$(id -u)" = 0 ] || { echo "move.sh: only root can mount drives of its own" >&2; exit 2; }
[ $# -gt 0 ] || set -- rate slots load pause
: "${GB:=1.0}" "${COUNTS:=50000 100000 200000}" "${ROUNDS:=3}" "${LIMITS:=none 20MB}"
: "${LOOPS:=plain direct}" "${BESIDE:=10}" "${SLOTS:=64}" "${SLOT:=2}"
BIN=$("$BENCH_HOME/../build.sh")
bench_common
W=$BENCH_DIR/move
exec 9> "$BENCH_DIR/run.lock"
flock 9 # one measurement at a time

postern() { "$BIN/postern" "$@" --socket "$W/state/admin.sock"; }
stop() {
    local pid i
    pid=$(cat "$W/state/posternd.pid" 2> /dev/null) && grep -qaF "$W/state" "/proc/$pid/cmdline" 2> /dev/null || return 0
    kill "$pid"
    for i in $(seq 200); do [ -d "/proc/$pid" ] || return 0; sleep 0.1; done
    echo "posternd ($pid) does not stop" >&2
    return 1
}
cleanup() {
    end_load
    stop || true
    local drive
    for drive in a b; do ! mountpoint -q "$W/$drive" || umount "$W/$drive"; done
    rm -rf "$W"
}
trap 'cleanup; rm -f "$W.rates"' EXIT

# A daemon with all accounts, its mail on drive a. fresh SIZE [plain|direct]: with the kind of loops that rate compares the files are
# written once, for a drive does not look for room in another file system when it is written to.
fresh() {
    cleanup
    mkdir -p "$W/state"
    local drive loop
    for drive in a b; do
        truncate -s "$1" "$W/$drive.image"
        [ $# -lt 2 ] || dd if=/dev/zero of="$W/$drive.image" bs=4M count=$((${1%G} * 256)) oflag=direct conv=notrunc status=none
        mkfs.ext4 -q -F -E lazy_itable_init=0,lazy_journal_init=0,nodiscard "$W/$drive.image"
        mkdir "$W/$drive"
        loop=$(losetup --find --show --direct-io="$([ "${2:-}" = plain ] && echo off || echo on)" "$W/$drive.image")
        mount "$loop" "$W/$drive"
        losetup -d "$loop" # when it is unmounted
    done
    cat > "$W/postern.toml" << 'TOML'
[smtp]
port = 6725
interfaces = ["127.0.0.1"]
[submission]
port = 6787
[smtps]
port = 6765
[imap]
port = 6743
[imaps]
port = 6793
[pop3]
port = 6710
[pop3s]
port = 6795
[mailbox]
interfaces = ["127.0.0.1"]
[accounts]
password-iterations = 4096
TOML
    : > "$W/said"
    (exec 9>&-; exec setsid "$BIN/posternd" --settings "$W/postern.toml" --state "$W/state" < /dev/null > "$W/said" 2> "$W/journal") &
    local i login password
    for i in $(seq 300); do ! grep -qx ready "$W/said" || break; sleep 0.05; done
    postern domain add "$DOMAIN" > /dev/null
    while read -r login password; do echo "$password" | postern account add "$login" --password-stdin > /dev/null; done \
        < <(head -50 "$BENCH_DIR/users")
    head -50 "$BENCH_DIR/users" > "$W/users"
    move "$W/a" > /dev/null
    postern storage discard-old > /dev/null
}
send() { "$ML" smtp -h 127.0.0.1 -p 6725 -u "$W/users" -d "$DOMAIN" "$@"; }
# smtp_4k_s20 without an end. The number is that of the program itself: killing a shell in its place would leave it at work, and the
# next measurement would have its mail, too.
load=
begin_load() {
    (exec 9>&-; exec "$ML" smtp -h 127.0.0.1 -p 6725 -u "$W/users" -d "$DOMAIN" -s 20 -n 10000000 -l 4096 > /dev/null 2>&1) &
    load=$!
}
end_load() {
    [ -n "$load" ] || return 0
    kill "$load" 2> /dev/null || true
    wait "$load" 2> /dev/null || true
    load=
}
messages() { postern status --json | jq .store.messages; }
now() { "$ML" now; }
per() { awk "BEGIN { printf \"%.1f\", ($1) / ($2) }"; }
state_of() { postern tasks show "$1" --json | jq -r .state; }
# move FOLDER [OPTION...]: prints its task when it is done. One program waits for its end: who asks again and again takes processor from
# what is measured.
move() {
    local task
    task=$(postern storage move "$@" --json | jq -r .task.id)
    curl -sN --unix-socket "$W/state/admin.sock" "http://localhost/api/tasks/$task/events" > /dev/null
    [ "$(state_of "$task")" = done ] || { postern tasks show "$task" >&2; return 1; }
    echo "$task"
}
bytes_of() { du -sb "$1/postern-mail" | cut -f1; }
# The mail is not at hand; the programs are, and so is memory: what a virtual machine has given back comes slowly, to whoever is first.
cold() {
    sync
    head -qc 2G "$W/a.image" "$W/b.image" > /dev/null
    echo 3 > /proc/sys/vm/drop_caches
    postern status --json | jq . > /dev/null
    cp --version > /dev/null
}

measure_rate() {
    local loop round start bytes ours theirs
    for loop in $LOOPS; do
        fresh 4G "$loop"
        send -s 20 -m 100 -P -n "$(awk "BEGIN { print int($GB * 1e9 / 30720) }")" -l 30720 > /dev/null
        sleep 2
        for round in 1 2 3; do
            bytes=$(bytes_of "$W/a")
            cold
            start=$(now)
            move "$W/b" > /dev/null
            ours=$(awk "BEGIN { print $(now) - $start }")
            cold
            start=$(now)
            cp -a --reflink=never "$W/a/postern-mail" "$W/b/copied"
            sync -f "$W/b"
            theirs=$(awk "BEGIN { print $(now) - $start }")
            rm -rf "$W/b/copied"
            echo "rate, $loop loops, round $round: $((bytes / 1000000)) MB: move $(per "$bytes / 1e6" "$ours") MB/s, cp and sync $(per "$bytes / 1e6" "$theirs") MB/s: $(per "100 * $theirs" "$ours") %"
            postern storage discard-old > /dev/null
            move "$W/a" > /dev/null
            postern storage discard-old > /dev/null
        done
    done
}

# deliveries a second until task $1 is over, or for $2 seconds. Whoever looks again and again takes from two cores what mail would have:
# the task is followed by one program that waits.
delivered() {
    local start count end
    start=$(now)
    count=$(messages)
    if [ -n "$1" ]; then postern tasks watch "$1" > /dev/null || true; else sleep "$2"; fi
    end=$(now)
    per "$(messages) - $count" "$end - $start"
}
# How many seconds each phase of the task took.
phases() {
    postern tasks log "$1" --json | jq -r '[.lines[] | select(.text | test("^(phase|done)"))] | . as $l | [range(length - 1) |
        "\($l[.].text | split(" ")[1] | rtrimstr(":")) \(($l[. + 1].time | fromdate) - ($l[.].time | fromdate)) s"] | join(", ")'
}
# A store grows under the load, a large one takes less, and one daemon is not as fast as the next: what a move leaves of the deliveries is
# told by the same daemon's, under the same load, before and behind it.
measure_load() {
    local limit option gb round before with behind without task took said
    for limit in $LIMITS; do
        option=()
        [ "$limit" = none ] || option=(--limit "$limit")
        # What comes meanwhile has to be moved too: with the limit two thirds of its rate and more.
        gb=$(awk "BEGIN { print $GB * (\"$limit\" == \"none\" ? 1 : 0.1) }")
        : > "$W.rates"
        for round in $(seq "$ROUNDS"); do
            loaded "$gb"
            before=$(delivered "" "$BESIDE")
            took=$(now)
            if [ "$limit" = still ]; then
                with=$(delivered "" $((2 * BESIDE)))
                said="nothing is moved"
            else
                task=$(postern storage move "$W/b" "${option[@]}" --json | jq -r .task.id)
                with=$(delivered "$task")
                said="$(postern tasks show "$task" --json | jq -r '.result // .trouble') $(phases "$task")"
            fi
            took=$(awk "BEGIN { print $(now) - $took }")
            behind=$(delivered "" "$BESIDE")
            end_load
            without=$(per "$before + $behind" 2)
            echo "load, limit $limit: $with/s in $(per "$took" 1) s, $before/s before and $behind/s behind: $(per "100 * $with" "$without") %; $said"
            echo "$with $without $(per "100 * $with" "$without")" >> "$W.rates"
        done
        echo "load, limit $limit, medians of $ROUNDS: $(column_median 1)/s during, $(column_median 2)/s without: $(column_median 3) %"
        rm "$W.rates"
    done
}
# A fresh store with so many GB, which has been under the load for a moment.
loaded() {
    fresh 12G
    send -s 20 -m 100 -P -n "$(awk "BEGIN { print int($1 * 1e9 / 30720) }")" -l 30720 > /dev/null
    begin_load
    sleep 5
}
# The median of a column of the rounds' figures.
column_median() {
    cut -d' ' -f"$1" "$W.rates" | sort -n | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

# A move that rests stays where it is, with all that it holds: its limit is next to nothing.
measure_slots() {
    local limit task slot rate end
    for limit in $LIMITS; do
        [ "$limit" != none ] || continue
        # More than can be copied in these slots.
        loaded "$GB"
        task=$(postern storage move "$W/b" --limit 2KB --json | jq -r .task.id)
        : > "$W.rates"
        for slot in $(seq 0 $((SLOTS - 1))); do
            rate=2KB
            case $((slot % 4)) in 1 | 2) [ "$limit" = still ] || rate=$limit ;; esac
            postern tasks limit "$task" "$rate" > /dev/null
            sleep 0.3
            echo "$(delivered "" "$SLOT")" >> "$W.rates"
        done
        end=$(postern tasks show "$task" --json | jq -r '"\(.item), \(.bytesDone / 1e6 | floor) of \(.bytesTotal / 1e6 | floor) MB"')
        end_load
        awk -v what="slots, limit $limit" -v end="$end" '
            { rate[NR - 1] = $1 }
            END {
                for (i = 0; i + 3 < NR; i += 4) {
                    rest += rate[i] + rate[i + 3]; work += rate[i + 1] + rate[i + 2]; groups++
                    share = (rate[i + 1] + rate[i + 2]) / (rate[i] + rate[i + 3]); sum += share; squares += share * share
                }
                mean = sum / groups
                error = groups > 1 ? sqrt((squares / groups - mean * mean) / (groups - 1)) : 0
                printf "%s: %.0f/s at work, %.0f/s at rest: %.1f +- %.1f %% (%d groups); at the end %s\n", what, work / (2 * groups), rest / (2 * groups), 100 * mean, 100 * error, groups, end
            }' "$W.rates"
        rm "$W.rates"
    done
}

measure_pause() {
    local count have=0 task
    fresh 12G
    for count in $COUNTS; do
        send -s 20 -m 100 -P -n $((count - have)) -l 4096 > /dev/null
        have=$count
        task=$(move "$W/b")
        echo "pause with $(messages) messages, $(bytes_of "$W/b" | awk '{ printf "%d", $1 / 1e6 }') MB, index $(stat -c %s "$W/b/postern-mail/index.sqlite" | awk '{ printf "%d", $1 / 1e6 }') MB, quiet: $(postern tasks show "$task" --json | jq -r .result)"
        postern storage discard-old > /dev/null
        begin_load
        sleep 1
        task=$(move "$W/a")
        end_load
        echo "pause with $(messages) messages, under smtp_4k_s20: $(postern tasks show "$task" --json | jq -r .result)"
        postern storage discard-old > /dev/null
        have=$(messages)
    done
}

for what; do "measure_$what"; done
