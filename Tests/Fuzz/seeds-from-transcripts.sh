#!/bin/bash
# Writes what clients say in the transcripts as seeds for the fuzzer: each line once, and each file's whole dialogue.
#
#   Tests/Fuzz/seeds-from-transcripts.sh ENDING FOLDER      Tests/Fuzz/seeds-from-transcripts.sh smtp .build-fuzz/transcripts/smtp-wire
set -euo pipefail
[ $# -eq 2 ] || { sed -n '2,4p' "$0" >&2; exit 2; }
scenarios=$(cd "$(dirname "$0")/../Scenarios" && pwd)
mkdir -p "$2"
find -L "$scenarios" -name "*.$1" -print0 | sort -z | LC_ALL=C xargs -0 -r awk -v folder="$2" '
    # "C2*100!: text" and "| text"; escapes and captures stay as they are written.
    /^C[0-9]?(\*[0-9]+)?!?: ?/ { sub(/^C[^:]*: ?/, ""); said($0) }
    /^\|/ { sub(/^\| ?/, ""); said($0) }
    function said(line) {
        if (!(line in known)) {
            known[line] = ++lines
            seed = folder "/line-" lines
            printf "%s\r\n", line > seed
            close(seed)
        }
        printf "%s\r\n", line > (folder "/" name())
    }
    function name(   parts, n) {
        n = split(FILENAME, parts, "/")
        return parts[n]
    }
'
