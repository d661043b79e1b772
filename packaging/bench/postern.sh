#!/bin/bash
# Postern as a target of the benchmark: SMTP 6525, submission 6587, IMAP 6143, POP3 6110, in a cgroup of its own.
# postern.sh up | down | reset | pids
. "$(dirname "$0")/lib.sh"
NAME=postern; P="$BENCH_DIR/$NAME" STATE="$BENCH_DIR/$NAME/state" CLEAN="$BENCH_DIR/$NAME/clean"
start() {
  : > "$P/said"
  # 9 is run.sh's lock, which a daemon that outlives a reset must not keep
  (exec 9>&-; cg_run $NAME setsid "$BIN/posternd" --settings "$P/postern.toml" --state "$STATE" < /dev/null > "$P/said" 2>> "$P/journal") &
  local i; for i in $(seq 300); do grep -qx ready "$P/said" 2>/dev/null && return 0; sleep 0.05; done
  tail -5 "$P/journal" >&2; return 1
}
stop() {
  local pid i; pid=$(cat "$STATE/posternd.pid" 2>/dev/null) && grep -qaF "$STATE" "/proc/$pid/cmdline" 2>/dev/null || return 0
  kill "$pid"; for i in $(seq 200); do [ -d "/proc/$pid" ] || return 0; sleep 0.1; done; echo "posternd ($pid) does not stop" >&2; return 1
}
# The accounts are made once: a reset is a start on a copy of the state as it was before the first message.
people() {
  rm -rf "$CLEAN" "$STATE"; mkdir -p "$STATE"; start || return 1
  "$BIN/postern" domain add "$DOMAIN" --socket "$STATE/admin.sock" > /dev/null || return 1
  local login password
  while read -r login password; do echo "$password" | "$BIN/postern" account add "$login" --password-stdin --socket "$STATE/admin.sock" > /dev/null || return 1; done < "$BENCH_DIR/users"
  "$BIN/postern" route add "$RELAY_DOMAIN" 127.0.0.1 --port "$SINK_PORT" --socket "$STATE/admin.sock" > /dev/null || return 1
  # The certificate that the peers have, too.
  "$BIN/postern" certificate import default --chain "$BENCH_DIR/tls/cert.pem" --key "$BENCH_DIR/tls/key.pem" --socket "$STATE/admin.sock" > /dev/null || return 1
  stop && cp -a "$STATE" "$CLEAN"
}
up() {
  bench_common; BIN=$("$BENCH_HOME/../build.sh") || return 1; mkdir -p "$P"; echo "BIN=$BIN" > "$P/bin"
  [ -x "$BENCH_DIR/count" ] && [ ! "$BENCH_HOME/load/count.c" -nt "$BENCH_DIR/count" ] || cc -O2 -o "$BENCH_DIR/count" "$BENCH_HOME/load/count.c" -lsqlite3 || return 1
  printf '[smtp]\nport = 6525\ninterfaces = ["127.0.0.1"]\n[submission]\nport = 6587\n[smtps]\nport = 6465\n[imap]\nport = 6143\n[imaps]\nport = 6993\n[pop3]\nport = 6110\n[pop3s]\nport = 6995\n[mailbox]\ninterfaces = ["127.0.0.1"]\n[accounts]\npassword-iterations = 4096\n' > "$P/postern.toml"
  stop && people && start
}
reset() { . "$P/bin"; stop && rm -rf "$STATE" && cp -a "$CLEAN" "$STATE" && sync -f "$STATE" && start && sleep 0.5; }
case $1 in up|reset) "$1";; down) stop;; pids) cg_pids $NAME;; *) echo "usage: $0 up|down|reset|pids"; exit 2;; esac
