#!/bin/bash
# run.sh: a mail server to try out, in the foreground, on 127.0.0.1 only. Installs and builds what is missing first.
#   --state DIR       where everything lies (default: .demo in the project)
#   --fresh           empty that folder first
#   --set KEY=VALUE   override a setting for this run (may be given several times)
# Prints how to send and read mail, then one line that is exactly "ready". SIGTERM or Ctrl-C stops everything.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
domain=postern.test
accounts=(alice bob carol)
password=postern-demo

die() { echo "run.sh: $*" >&2; exit 1; }
usage() { sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

state=$root/.demo fresh=no overrides=()
while [ $# -gt 0 ]; do
    case $1 in
        --state)
            [ -n "${2:-}" ] || die "--state needs a folder."
            state=$2
            shift 2
            ;;
        --state=*) state=${1#*=} && shift ;;
        --fresh) fresh=yes && shift ;;
        --set)
            [[ ${2:-} == *=* ]] || die "--set needs KEY=VALUE, for example --set smtp.port=2526."
            overrides+=(--set "$2")
            shift 2
            ;;
        --set=*) overrides+=(--set "${1#--set=}") && shift ;;
        -h | --help) usage && exit ;;
        *) usage >&2 && die "I don't know the option $1." ;;
    esac
done

bin=$(exec setpriv --pdeathsig TERM "$root/packaging/build.sh") # a build does not outlive its script

# --- the state folder
umask 077
mkdir -p "$state" || die "cannot make the state folder $state."
state=$(cd "$state" && pwd)
settings=$state/postern.toml
pidfile=$state/posternd.pid

# A pid may have been given to somebody else since: only a posternd whose command line holds this folder is ours.
runs_here() {
    local pid
    pid=$(cat "$pidfile" 2> /dev/null) && [[ $pid =~ ^[0-9]+$ ]] || return 1
    { tr '\0' '\n' < "/proc/$pid/cmdline"; } 2> /dev/null | grep -qxF -- "$state"
}
runs_here && die "a posternd (pid $(cat "$pidfile")) runs on $state already: stop it, or choose another folder with --state."

if [ $fresh = yes ] && [ -n "$(ls -A "$state")" ]; then
    [ -e "$settings" ] || die "--fresh would empty $state, but that is no state folder of Postern's (no postern.toml in it)."
    find "$state" -mindepth 1 -delete
fi
if [ ! -e "$settings" ]; then
    cat > "$settings" << 'TOML'
# The demonstration's settings: ordinary ports are left alone, and nobody but this machine can connect.
[smtp]
port = 2525
interfaces = ["127.0.0.1"]

[submission]
port = 2587

[smtps]
port = 2465

[imap]
port = 2143

[imaps]
port = 2993

[pop3]
port = 2110

[pop3s]
port = 2995

[mailbox]
interfaces = ["127.0.0.1"]
TOML
fi

# --- the daemon
starting=$(mktemp -u "${TMPDIR:-/tmp}/postern-ready.XXXXXX")
mkfifo -m 600 "$starting"
exec {said}<> "$starting"
rm -f "$starting"

daemon=
stop() {
    trap '' TERM INT HUP
    if [ -n "$daemon" ]; then
        kill -TERM "$daemon" 2> /dev/null || true
        for ((tenths = 0; tenths < 200; tenths++)); do # posternd needs ten seconds at most
            kill -0 "$daemon" 2> /dev/null || exit "${1:-0}"
            sleep 0.1
        done
        echo "run.sh: posternd did not stop within 20 s and is killed." >&2
        kill -KILL "$daemon" 2> /dev/null || true
        exit 1
    fi
    exit "${1:-0}"
}
trap stop TERM INT HUP

# It goes down with this script, also when the script is killed (PR_SET_PDEATHSIG).
launch() {
    setpriv --pdeathsig TERM "$bin/posternd" --settings "$settings" --state "$state" "${overrides[@]}" < /dev/null 1>&"$said" {said}>&- &
    daemon=$!
}
launch

line='' piece=''
deadline=$((SECONDS + 60))
until [ "$line" = ready ]; do
    read -r -t 0.25 -u "$said" piece || true # the time may be up in the middle of the line
    line+=$piece
    kill -0 "$daemon" 2> /dev/null || { wait "$daemon" || code=$?; die "posternd ended before it was ready (exit status ${code:-0}), see above."; }
    [ $SECONDS -lt $deadline ] || { echo "run.sh: posternd was not ready after 60 s." >&2; stop 1; }
done

# --- the first start makes the people
postern() { "$bin/postern" "$@" --socket "$state/admin.sock"; }
people=$state/demonstration-accounts
if [ ! -e "$people" ]; then
    # Some may be there already, when an earlier first start was interrupted: what counts is that all are there afterwards.
    postern domain show "$domain" > /dev/null 2>&1 || postern domain add "$domain" > /dev/null || stop 1
    for name in "${accounts[@]}"; do
        postern account show "$name@$domain" > /dev/null 2>&1 \
            || echo "$password" | postern account add "$name@$domain" --password-stdin > /dev/null || stop 1
    done
    printf "%s@$domain\n" "${accounts[@]}" > "$people"
fi

setting() { # the port in force: from --set, else from the settings file, else the default
    local i value=
    for i in "${overrides[@]}"; do [[ $i == "$1="* ]] && value=${i#*=}; done
    [ -n "$value" ] || value=$(postern settings get "$1" 2> /dev/null) || value=$2
    echo "$value"
}
smtp=127.0.0.1:$(setting smtp.port 2525)
submission=127.0.0.1:$(setting submission.port 2587)
imap=127.0.0.1:$(setting imap.port 2143)
imaps=127.0.0.1:$(setting imaps.port 2993)
pop3=127.0.0.1:$(setting pop3.port 2110)
socket=$state/admin.sock
# A port that another program has is no reason not to start, but must be seen.
postern status 2> /dev/null | grep '^Problem: ' >&2 || true
cat << TEXT

Postern takes mail for $domain on $smtp (SMTP) and $submission (submission), and shows it on $imap (IMAP), $imaps (IMAPS)
and $pop3 (POP3). Its certificate vouches for itself.
People: ${accounts[*]/%/@$domain}; each one's password is $password.
State: $state (pid $daemon). Ctrl-C stops it; the mail stays there.

Send a message to alice (swaks and mutt: apt-get install swaks mutt):
  swaks --server $smtp --from you@example.org --to alice@$domain --header 'Subject: Hello' --body 'It works.'
  printf 'From: you@example.org\r\nSubject: Hello\r\n\r\nIt works.\r\n' | curl smtp://$smtp --mail-from you@example.org --mail-rcpt alice@$domain -T -
Send one as alice, who logs in behind STARTTLS:
  swaks --server $submission --tls --auth-user alice@$domain --auth-password $password --from alice@$domain --to bob@$domain
Read it:
  curl --user alice@$domain:$password 'imap://$imap/INBOX;MAILINDEX=*'
  curl --insecure --user alice@$domain:$password 'imaps://$imaps/INBOX;MAILINDEX=*'
  curl --user alice@$domain:$password pop3://$pop3/1
  mutt -n -F /dev/null -e 'set ssl_force_tls=no ssl_starttls=no imap_pass=$password' -f imap://alice%40$domain@$imap/INBOX
Look after it:
  $bin/postern account list --socket $socket
  $bin/postern certificate list --socket $socket
  $bin/postern settings list --socket $socket

ready
TEXT

# 75: it has other mail to serve from now on, and begins anew, as a unit's Restart= would have it.
while :; do
    code=0
    wait "$daemon" || code=$?
    [ $code -eq 75 ] || break
    launch
done
[ $code -eq 0 ] || die "posternd ended with exit status $code, see above."
