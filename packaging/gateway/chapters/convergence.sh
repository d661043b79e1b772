#!/bin/bash
# Of a hundred changes each, ninety-nine are in the kernel in one second (firewall) and in two (listeners). (long)
permits internal
within 2000 "the LAN is served" from_lan 25
put "$gateway/convergence.py" /root/convergence.py
changes=100
[ -z "$SHORT" ] || changes=10
patience=400 G python3 /root/convergence.py $changes > "$work/figures" 2> "$work/complaints" || { bad "every change comes to the kernel"; cat "$work/complaints"; }
while read -r kind middle most worst; do
    case $kind in firewall-*) limit=1000 ;; *) limit=2000 ;; esac
    at_most $limit "$kind: milliseconds at the 99th percentile of $changes changes (median $middle, longest $worst)" "$most"
done < "$work/figures"
prove "every kind was measured" test "$(wc -l < "$work/figures")" = 6
within 1000 "all is as it was" from_lan 25
steady "at the end"
