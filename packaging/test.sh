#!/bin/bash
# test.sh [--long] [STEP...]: installs the test tools, builds, runs every test; the last line is "N passed, N failed".
# Steps, all of them by default, in this order; clients and gateway run beside crash, for all three wait more than they compute,
# and what unit and fuzz need is built in their pauses:
#   format    swift format lint --strict, and the shell scripts' syntax
#   build     the release build that clients, crash and gateway share
#   clients   swaks, curl, smtplib, imaplib, imapclient, mbsync, mutt, mpop, fetchmail, getmail, gsasl, TLS clients and scanners
#             against packaging/run.sh; Postfix, Exim and smtp-sink as those that it sends to; signed zones
#             (NSD) and dead ones, as root
#   crash     kills, power cuts, full drives, failing system calls
#   gateway   the Debian package, and its life on booted gateways (packaging/test-gateway.sh; skipped without root and namespaces)
#   unit      swift test: tables, transcripts, golden text, corpora, architecture
#   fuzz      every fuzz target for a while
# --long takes its time where that finds more: 20 deaths of each kind instead of 5, ten minutes of fuzzing instead of ten seconds,
# 100 restarts under load instead of 10; and what it measures has the machine for itself, a step after the other.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 1
steps=(format build clients crash gateway unit fuzz)
fuzz_seconds=10 gateway_length=--short takes_its_time=''
export POSTERN_CRASH_ROUNDS=5
# The manifest makes every warning of ours an error then; in one's own tree that would mean building everything twice.
[ "${CI:-}" != true ] || export POSTERN_STRICT=1

chosen=()
for word; do
    case $word in
        --long) fuzz_seconds=600 gateway_length='' takes_its_time=yes POSTERN_CRASH_ROUNDS=20 ;;
        -h | --help) sed -n '2,16s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" && exit ;;
        *)
            [[ " ${steps[*]} " == *" $word "* ]] || { echo "test.sh: there is no step $word; the steps are: ${steps[*]}" >&2; exit 2; }
            chosen+=("$word")
            ;;
    esac
done
[ ${#chosen[@]} -gt 0 ] || chosen=("${steps[@]}")

results=$root/.build-results
python=$root/.build-venv/bin/python
rm -rf "$results"
mkdir -p "$results"

# Every step leaves files in JUnit's form in $results; one that has no such runner writes its own line by `verdict`.
verdict() { # verdict NAME STATUS [MESSAGE]; the status 0, another number, or "skipped"
    printf '%s\t%s\t%s\n' "$2" "$1" "${3:-}" >> "$results/verdicts"
    [ "$2" = 0 ] || [ "$2" = skipped ] || echo "FAILED: $1 ${3:-}" >&2
}
run() { # run NAME COMMAND...: a command that is a test by itself
    local name=$1 status=0
    shift
    "$@" || status=$?
    verdict "$name" "$status" "(exit status $status)"
    return "$status"
}

install_tools() {
    packaging/install-packages.sh python3 python3-venv gcc libc6-dev curl swaks libnet-ssleay-perl isync mutt tmux e2fsprogs \
        util-linux openssl gnutls-bin sslscan fetchmail mpop gsasl nftables iproute2 s-nail man-db mandoc nsd ldnsutils xfsprogs \
        btrfs-progs || return
    install_peers || return
    [ -x "$python" ] || python3 -m venv "$root/.build-venv" || return
    # The version of imapclient is fixed because its live tests' own faults are known by name.
    "$python" -m pip install --quiet --disable-pip-version-check 'pytest>=8' pytest-timeout 'imapclient==4.1.0' 'getmail6>=6.19' 'aiosmtpd>=1.4.6'
}
# The mail servers that Postern sends to. Debian's exclude each other: Postfix is installed without being started, Exim unpacked.
install_peers() {
    local quiet=/usr/sbin/policy-rc.d made='' status=0
    if [ ! -e $quiet ]; then printf '#!/bin/sh\nexit 101\n' > $quiet && chmod 755 $quiet && made=1; fi
    packaging/install-packages.sh postfix libdb5.3 libgnutls-dane0 libidn12 libnsl2 || status=$?
    [ -z "$made" ] || rm -f $quiet
    [ "$status" -eq 0 ] || return "$status"
    getent passwd Debian-exim > /dev/null || useradd -r -U -M -d /nonexistent -s /usr/sbin/nologin Debian-exim || return
    [ -x "$root/.build-peers/usr/sbin/exim4" ] && return
    mkdir -p "$root/.build-peers" && (cd "$root/.build-peers" && apt-get -qq download exim4-daemon-light && dpkg -x exim4-daemon-light_*.deb .)
}
# pytest FOLDER: what failed is counted from its report; a report without failures and a bad exit status is one more.
#
# As root with a network and mounts of its own. Nobody else takes a port there between the moment in which it was found free and the one in
# which a daemon listens on it. A gateway that boots meanwhile would take along what is mounted, and keep a drive whose power was cut:
# mounted again it would be the same dead one.
pytest() {
    local status=0 apart=()
    if [ "$(id -u)" -eq 0 ] && unshare -mn true 2> /dev/null; then apart=(unshare -mn sh -c 'ip link set lo up && exec "$@"' sh); fi
    "${apart[@]}" "$python" -B -m pytest -c Tests/pytest.ini "Tests/$1" -q -rs --durations=10 --junitxml="$results/$1.xml" || status=$?
    if [ -s "$results/$1.xml" ] && [ "$status" -le 1 ]; then return; fi
    verdict "$1" "$status" "(pytest's exit status $status)"
}

step_format() {
    run "swift format" swift format lint --strict --recursive --parallel --configuration .swift-format Package.swift Sources Tests
    local script
    for script in packaging/*.sh packaging/*/*.sh packaging/bench/peers/*.sh packaging/gateway/chapters/*.sh debian/postern.p* .ci/*; do run "syntax of $script" bash -n "$script"; done
}
# The release build's programs, for steps that run them many times; without them there is nothing to run.
step_build() {
    run "release build" packaging/build.sh > /dev/null || { forget clients crash gateway && return; }
    POSTERN_BIN=$(packaging/build.sh) && export POSTERN_BIN
}
step_clients() { pytest RealClients; }
step_crash() { pytest Crash; }
step_unit() {
    run "packages of the build" packaging/build.sh --packages || return
    run "debug build" swift build --build-tests || return
    local status=0
    swift test --skip-build --xunit-output "$results/unit.xml" || status=$?
    [ "$status" -eq 0 ] || verdict "swift test" "$status" "(exit status $status)" # a trap leaves no report
}
# The modules that a fuzz target stands on, lowest first. Only floors 0 and 1 have parsers of a peer's bytes.
fuzz_modules() { # fuzz_modules FILE
    local floors=(MailCore Netlink MessageFormat SMTPWire IMAPWire POP3Wire SASL) needed found=() i
    imports() { sed -nE 's/^(public |internal )?import ([A-Za-z0-9]+)$/\2/p' "$@" | sort -u | tr '\n' ' '; }
    needed=" $(imports "$1")"
    for ((i = ${#floors[@]} - 1; i >= 0; i--)); do
        [[ $needed == *" ${floors[i]} "* ]] || continue
        found=("${floors[i]}" "${found[@]}")
        needed+=$(find "Sources/${floors[i]}" -name '*.swift' -print0 | xargs -0 cat | imports -)
    done
    echo "${found[@]}"
}
# fuzz FILE SECONDS [WORD...]: builds the target and runs it for so long; the words are a command that does it
fuzz() {
    local name
    name=$(basename "$1" .swift)
    # shellcheck disable=SC2046 # a list of names
    "${@:3}" Tests/Fuzz/run-one.sh "${name#fuzz-}" "$2" $(fuzz_modules "$1")
}
# Two at a time: while one runs, on one processor, the next is built. Their verdicts are written in one line each.
step_fuzz() {
    local file
    for file in Tests/Fuzz/fuzz-*.swift; do
        [ "$(jobs -rp | wc -l)" -lt 2 ] || wait -n
        run "$(basename "$file" .swift)" fuzz "$file" "$fuzz_seconds" &
    done
    wait
}
step_gateway() {
    packaging/install-packages.sh lintian || return
    local deb
    # Thrown away afterwards: little time counts more than a small file.
    deb=$(POSTERN_DEB_COMPRESSION="-Zxz -z0" packaging/build-deb.sh | tail -n 1) || { verdict "the package builds" 1; return; }
    run "lintian" lintian --no-cfg --allow-root --fail-on error,warning "$deb"
    # shellcheck disable=SC2086 # one word or none
    TALLY=$results/gateway packaging/test-gateway.sh $gateway_length --deb "$deb"
    [ -e "$results/gateway" ] || { verdict "gateways" skipped; return; }
    local word sentence
    while read -r word sentence; do
        if [ "$word" = passed ]; then verdict "gateway: $sentence" 0; else verdict "gateway: $sentence" 1; fi
    done < "$results/gateway"
}

is_chosen() { [[ " ${chosen[*]} " == *" $1 "* ]]; }
forget() { for step; do chosen=("${chosen[@]/#$step/}"); done; } # forget STEP...
perform() { # perform STEP...: those that were chosen, one after the other
    local step began
    for step; do
        is_chosen "$step" || continue
        echo "=== $step ($(date -u +%T))"
        began=$SECONDS
        "step_$step"
        echo "    ($((SECONDS - began)) s)"
    done
}
# lane STEP...: the same beside other lanes. What a step says is shown when it has ended, so that nothing is mixed.
lane() {
    local step said=$results/lane-$1
    for step; do
        perform "$step" > "$said" 2>&1
        flock "$results" cat "$said"
    done
}
# aside COMMAND...: in the pauses of everything else. A scheduler that gives each session its share (autogroup) must hear of this one's.
aside() {
    setsid --wait sh -c 'echo $$ > "$0"; echo 19 2> /dev/null > /proc/self/autogroup; exec chrt --idle 0 "$@"' "$results/session" "$@"
    rm -f "$results/session"
}
# Builds what unit and fuzz will need. What does not build is told by these steps, which try again.
prepare() {
    local file
    ! is_chosen unit || { packaging/build.sh --packages && aside swift build --build-tests; }
    ! is_chosen fuzz || for file in Tests/Fuzz/fuzz-*.swift; do fuzz "$file" 0 aside; done
}
# Ends what runs beside this script, with all that it has begun.
abandon() {
    for lane in $(jobs -p); do kill -- "-$lane" 2> /dev/null; done
    [ ! -s "$results/session" ] || pkill -s "$(cat "$results/session")"
}

run "test tools" install_tools || chosen=()
for step in clients crash gateway; do ! is_chosen "$step" || is_chosen build || chosen+=(build); done
perform format build
if [ -n "$takes_its_time" ]; then
    perform clients crash gateway
else
    set -m # a lane is a process group
    trap abandon EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    lane crash < /dev/null &
    lane clients gateway < /dev/null &
    prepare < /dev/null > "$results/prepare" 2>&1 &
    wait
    set +m
fi
perform unit fuzz
echo "=== done ($(date -u +%T))"

python3 - "$results" << 'SUMMARY'
import pathlib, sys, xml.etree.ElementTree

folder = pathlib.Path(sys.argv[1])
passed, failed, skipped = 0, [], []
for report in sorted(folder.glob("*.xml")):
    for case in xml.etree.ElementTree.parse(report).iter("testcase"):
        name = f"{report.stem}: {case.get('classname')} {case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            failed.append(name)
        elif case.find("skipped") is not None:
            skipped.append(name)
        else:
            passed += 1
for line in (folder / "verdicts").read_text().splitlines():
    status, name, message = line.split("\t")
    if status == "0":
        passed += 1
    elif status == "skipped":
        skipped.append(name)
    else:
        failed.append(f"{name} {message}")
for name in skipped:
    print("skipped:", name)
for name in failed:
    print("failed:", name)
print(f"{passed} passed, {len(failed)} failed" + (f", {len(skipped)} skipped" if skipped else ""))
sys.exit(1 if failed or not passed else 0)
SUMMARY
