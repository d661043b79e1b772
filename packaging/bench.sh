#!/bin/bash
# bench.sh [PEER...]: Postern against the named peers (default: postfix-dovecot), alternately in one run; prints the table of ratios.
# A ratio above 1 means that Postern is better. As root, on a machine that has nothing else to do; bench/README.md tells the rest.
#   WORKLOADS="smtp_4k_s20 imap_mix"  ROUNDS=3  SCALE=1  POSTFIX_DELIVERY=lmtp|virtual  BENCH_DIR=/var/tmp/postern-bench
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ "${1:-}" != --help ] || { sed -n '2,4s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit; }
[ "$(id -u)" -eq 0 ] || { echo "bench.sh: the peers need root, and so do cgroups." >&2; exit 1; }
[ $# -gt 0 ] || set -- postfix-dovecot
for peer; do
    [ -x "$here/bench/peers/$peer.sh" ] || {
        echo "bench.sh: there is no peer $peer; the peers are: $(cd "$here/bench/peers" && echo *-dovecot.sh cyrus.sh | sed 's/\.sh//g')" >&2
        exit 2
    }
done

# The peers' packages are installed, but none of their services starts: the benchmark runs them with configurations of its own.
quiet=/usr/sbin/policy-rc.d
if [ ! -e $quiet ]; then
    printf '#!/bin/sh\nexit 101\n' > $quiet && chmod 755 $quiet
    trap 'rm -f $quiet' EXIT
fi
"$here/install-packages.sh" gcc libc6-dev libgnutls28-dev libsqlite3-dev openssl python3 procps >&2
[[ " $* " != *-dovecot* ]] || "$here/install-packages.sh" dovecot-core dovecot-imapd dovecot-pop3d dovecot-lmtpd >&2
[[ " $* " != *postfix-* ]] || "$here/install-packages.sh" postfix >&2
"$here/build.sh" > /dev/null

status=0
"$here/bench/compare.sh" "$here/bench.env" "$@" || status=$?
exit $status
