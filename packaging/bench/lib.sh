# Common part of the mail benchmark: sourced by the peers' scripts, the workloads and compare.sh.
BENCH_HOME=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${BENCH_DIR:=/var/tmp/postern-bench}"  # all state: configurations, spools, mailboxes, results; on a real disk, never a tmpfs
: "${NUSERS:=100}" "${DOMAIN:=bench.test}" "${RELAY_DOMAIN:=relay.test}" "${SINK_PORT:=2600}" "${PASSWORD:=benchpass}"
export LC_ALL=C
mkdir -p "$BENCH_DIR"; chmod 755 "$BENCH_DIR"
ML="$BENCH_DIR/mailload"
if [ ! -x "$ML" ] || [ "$BENCH_HOME/load/mailload.c" -nt "$ML" ]; then
  cc -O2 -w -pthread -o "$ML.$$" "$BENCH_HOME/load/mailload.c" -lgnutls -lm && mv "$ML.$$" "$ML" || exit 1
fi
# one certificate and one user list for every server, the candidate's too
bench_common() {
  if [ ! -f "$BENCH_DIR/tls/cert.pem" ]; then
    mkdir -p "$BENCH_DIR/tls"
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=mail.$DOMAIN" -keyout "$BENCH_DIR/tls/key.pem" -out "$BENCH_DIR/tls/cert.pem" 2>/dev/null
    chmod 644 "$BENCH_DIR/tls/"*.pem
  fi
  if [ ! -f "$BENCH_DIR/users" ]; then
    for i in $(seq 0 $((NUSERS-1))); do printf 'u%03d@%s %s\n' "$i" "$DOMAIN" "$PASSWORD"; done > "$BENCH_DIR/users"
  fi
  getent passwd vmailbench >/dev/null || useradd -r -u 790 -U -M -d /nonexistent -s /usr/sbin/nologin vmailbench
}
need_user() { getent passwd "$1" >/dev/null || useradd -r -U -M -d "${2:-/nonexistent}" -s /usr/sbin/nologin "$1"; }
wait_port() { local i; for i in $(seq 100); do (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 0; sleep 0.1; done; echo "port $1 does not answer" >&2; return 1; }

# --- accounting: every server runs in a cgroup of its own (v1 cpuacct or v2), so that CPU time of
#     processes that have ended is counted too, and its process list is known
CG1=/sys/fs/cgroup/cpuacct
cg_root() { if [ -d "$CG1" ] && [ -w "$CG1" ]; then echo "$CG1"; elif [ -w /sys/fs/cgroup/cgroup.procs ]; then echo /sys/fs/cgroup; fi; }
cg_path() { echo "$(cg_root)/bench_$1"; }
cg_run() { # cg_run NAME command...: run it (and all its children) in the cgroup
  local n=$1 p; shift; p=$(cg_path "$n"); mkdir -p "$p"
  bash -c 'echo $$ > "$0/cgroup.procs"; exec "$@"' "$p" "$@"
}
cg_pids() { cat "$(cg_path "$1")/cgroup.procs" 2>/dev/null; }
cg_cpu_ms() { local p; p=$(cg_path "$1"); if [ -f "$p/cpuacct.usage" ]; then awk '{printf "%.1f\n",$1/1e6}' "$p/cpuacct.usage"; else awk '/usage_usec/{printf "%.1f\n",$2/1e3}' "$p/cpu.stat"; fi; }
pids_cpu_ms() { local p s=0; for p in "$@"; do [ -r /proc/$p/stat ] && s=$((s + $(sed 's/.*) //' /proc/$p/stat | awk '{print ($12+$13+$14+$15)*10}'))); done; echo "$s"; }
# PSS and RSS sums in KiB over pids
mem_kib() { local p; for p in "$@"; do cat /proc/$p/smaps_rollup 2>/dev/null; done | awk '/^Pss:/{p+=$2} /^Rss:/{r+=$2} /^Private_(Clean|Dirty):/{u+=$2} END{printf "%d %d %d\n",p,r,u}'; }

# --- the target's view (after sourcing its env file)
target_pids() { if [ -n "$PIDS_CMD" ]; then eval "$PIDS_CMD"; elif [ -n "$CGROUP" ]; then cg_pids "$CGROUP"; else echo "$PIDS"; fi; }
target_cpu_ms() { if [ -n "$CGROUP" ]; then cg_cpu_ms "$CGROUP"; else pids_cpu_ms $(target_pids); fi; }
target_count() { if [ -n "$COUNT_CMD" ]; then eval "$COUNT_CMD"; else "$ML" imap-count -h "$HOST" -p "$IMAP_PORT" -u "$USERS"; fi; }
target_reset() { [ -n "$RESET_CMD" ] && eval "$RESET_CMD"; }
load_target() { # load_target ENVFILE
  [ -f "$1" ] || { echo "no env file $1" >&2; exit 2; }
  HOST=127.0.0.1 SMTP_PORT= SUBMISSION_PORT= IMAP_PORT= POP3_PORT= USERS=$BENCH_DIR/users COUNT_CMD= RESET_CMD= PIDS= PIDS_CMD= CGROUP= UP_CMD= DOWN_CMD= SEED_CMD= MAIL_DIR= NAME= CAN_RELAY=1 RELAY_PORT= RELAY_AUTH= MSG_SCALE=1
  # shellcheck disable=SC1090
  . "$1"; : "${NAME:=$(basename "$1" .env)}"
}
# whole-machine view over a run: share of time the two cores were busy, and in iowait
cpu_stat() { awk '/^cpu /{print $2+$3+$4+$7+$8+$9, $5, $6}' /proc/stat; }
emit() { # emit workload metric value unit
  printf '%s\t%s\t%s\t%s\t%s\t%s\n' "${ROUND:-1}" "$NAME" "$1" "$2" "$3" "$4" | tee -a "${RESULTS:-$BENCH_DIR/results.tsv}"
}
emit_metrics() { # emit_metrics workload < mailload output
  local w=$1 k m v u; while read -r k m v u; do [ "$k" = METRIC ] && emit "$w" "$m" "$v" "$u"; done
}
# meter WORKLOAD N command...: runs a load command, prints its metrics, and the server's CPU per 10,000 of N
meter() {
  local w=$1 n=$2 c0 c1 s0 s1 t0 t1; shift 2
  c0=$(target_cpu_ms); s0=$(cpu_stat); t0=$("$ML" now)
  "$@" > "$BENCH_DIR/out.$$" 2> "$BENCH_DIR/err.$$"; local rc=$?
  c1=$(target_cpu_ms); s1=$(cpu_stat); t1=$("$ML" now)
  emit_metrics "$w" < "$BENCH_DIR/out.$$"
  emit "$w" server_cpu "$(awk "BEGIN{printf \"%.2f\", ($c1-$c0)/1000}")" s
  emit "$w" server_cores "$(awk "BEGIN{printf \"%.2f\", ($c1-$c0)/1000/($t1-$t0+1e-9)}")" cores
  [ "$n" -gt 0 ] && emit "$w" server_cpu_per_10k "$(awk "BEGIN{printf \"%.2f\", ($c1-$c0)/1000*10000/$n}")" s
  echo "$s0 $s1" | awk '{b=$4-$1;i=$5-$2;w=$6-$3;t=b+i+w; if(t>0) printf "%.0f %.0f\n",b/t*100,w/t*100}' | { read -r b w2; emit "$w" machine_busy "$b" %; emit "$w" machine_iowait "$w2" %; }
  [ $rc -ne 0 ] && { emit "$w" load_failed $rc rc; head -3 "$BENCH_DIR/err.$$" >&2; }
  rm -f "$BENCH_DIR/out.$$" "$BENCH_DIR/err.$$"; return 0
}
