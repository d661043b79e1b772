#!/bin/bash
# compare.sh ENVFILE_A ENVFILE_B [ENVFILE_C...]
# Runs every workload for every target alternately (A B, then B A, then A B ...) in one run on one machine and
# prints medians, spreads and the ratios of the FIRST target (the candidate) to each of the others.
#   ROUNDS=3  SCALE=1  WORKLOADS="..."  OUT=results.tsv
# A target that has an UP_CMD is started (and stopped at the end) unless NO_UP=1.
# An argument without a file of that name is taken as a peer's name: peers/NAME.sh
. "$(dirname "$0")/lib.sh"
[ $# -ge 1 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2; }
: "${ROUNDS:=3}" "${SCALE:=1}"
: "${WORKLOADS:=memory smtp_4k_s1 smtp_4k_s20 smtp_4k_s100 smtp_4k_keep smtp_100k_s1 smtp_100k_s20 smtp_100k_s100 imap_login imap_append imap_fetch_meta imap_bodies imap_idle imap_mix big}"
: "${OUT:=$BENCH_DIR/results-$(date +%Y%m%d-%H%M%S).tsv}"
export RESULTS="$OUT" SCALE
envs=(); downs=()
for t in "$@"; do
  if [ ! -f "$t" ] && [ -x "$BENCH_HOME/peers/$t.sh" ]; then
    [ "$NO_UP" = 1 ] || { "$BENCH_HOME/peers/$t.sh" down > /dev/null 2>&1; "$BENCH_HOME/peers/$t.sh" up || exit 1; downs+=("$BENCH_HOME/peers/$t.sh down"); }; envs+=("$BENCH_DIR/$t.env")
  else
    load_target "$t"; [ "$NO_UP" = 1 ] || [ -z "$UP_CMD" ] || { eval "$UP_CMD" || exit 1; downs+=("$DOWN_CMD"); }; envs+=("$t")
  fi
done
finish() { local d; for d in "${downs[@]}"; do eval "$d"; done; }
trap finish EXIT; trap 'exit 143' TERM INT
echo "# machine: $(nproc) cores, kernel $(uname -r), load $(cut -d' ' -f1-3 /proc/loadavg), $(date -u +%FT%TZ)" >&2
for w in $WORKLOADS; do
  for r in $(seq "$ROUNDS"); do
    order=("${envs[@]}"); if [ $((r % 2)) -eq 0 ]; then order=(); for ((i=${#envs[@]}-1;i>=0;i--)); do order+=("${envs[i]}"); done; fi
    for e in "${order[@]}"; do ROUND=$r timeout 900 "$BENCH_HOME/run.sh" "$e" "$w" >/dev/null || echo "# $w failed on $e (rc $?)" >&2; done
  done
  echo "# done: $w" >&2
done
python3 "$BENCH_HOME/summarize.py" "$OUT"
echo "# raw: $OUT" >&2
