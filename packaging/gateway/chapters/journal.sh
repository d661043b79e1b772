#!/bin/bash
# The journal tells by its fields what became of each mail, who came and from where; no password is in it, and no mail's text.
accounts
permits internal
within 2000 "the LAN is served" from_lan 25
prove "a mail is sent and read" mail lan "Told in the journal"
# told FIELD=VALUE...: every line of the journal that has them, as JSON
told() { G journalctl -q -b --no-pager -o json -u postern.service "$@" > "$work/told" && [ -s "$work/told" ]; }
field() { python3 -c 'import json, sys
for line in open(sys.argv[1]): print(json.loads(line).get(sys.argv[2], "-"))' "$work/told" "$1"; }
has() { field "$1" > "$work/values" && grep -qxE -- "$2" "$work/values"; }
prove "that it was taken is one event" told POSTERN_EVENT=message-accepted
prove "with the peer it came from" has POSTERN_PEER '192\.168\.50\.10(:[0-9]+)?'
message=$(field POSTERN_MESSAGE | tail -n 1)
prove "with our number of the mail: $message" test "$message" != -
prove "by which all of its life is found" told "POSTERN_MESSAGE=$message"
prove "who logged in is told" told POSTERN_EVENT=login-succeeded POSTERN_ACCOUNT=alice@postern.test
try() { LAN python3 -c 'import imaplib, sys
try: imaplib.IMAP4("192.168.50.1", 143, timeout=10).login("alice@postern.test", sys.argv[1])
except imaplib.IMAP4.error: sys.exit(1)' "$1"; }
refute "a wrong password is refused" try "not-the-secret"
prove "and told, with its peer" told POSTERN_EVENT=login-failed
prove "who it was" has POSTERN_PEER '192\.168\.50\.10(:[0-9]+)?'
LAN python3 -c 'import socket
with socket.create_connection(("192.168.50.1", 25), timeout=5) as peer:
    peer.sendall(b"EHLO \33[31mred\r\nMAIL FROM:<\33[31mred@example.org>\r\nQUIT\r\n")
    while peer.recv(1000): pass'
whole() { G journalctl -q -b --no-pager -o json > "$work/whole" && [ -s "$work/whole" ]; }
prove "the whole journal is read" whole
for secret in postern-demo not-the-secret "$(printf 'postern-demo' | base64)" "$(printf '\0alice@postern.test\0postern-demo' | base64)"; do
    refute "no password is in it" grep -qF -- "$secret" "$work/whole"
done
refute "nor what a mail says" grep -qF -- "A mail." "$work/whole"
refute "nor a terminal's control sequence" sh -c "'$gateway/gateway-exec.sh' $name journalctl -q -b --no-pager -o cat -u postern.service -u postern-gatekeeper.service | grep -q \$(printf '\033')"
prove "every event has a name of the manual's" python3 - "$work/whole" "$gateway/../../Sources/MailCore/JournalEvent.swift" << 'P'
import json, re, sys
known = set(re.findall(r'case \w+ = "([a-z-]+)"', open(sys.argv[2]).read()))
used = {entry["POSTERN_EVENT"] for entry in map(json.loads, open(sys.argv[1])) if "POSTERN_EVENT" in entry}
assert len(used) > 5 and used <= known, used - known
P
steady told
