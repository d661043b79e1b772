#!/bin/bash
# Builds fuzz-NAME.swift against the given modules and runs it for SECONDS with the address sanitizer.
#
#   Tests/Fuzz/run-one.sh NAME SECONDS MODULE…      Tests/Fuzz/run-one.sh message-format 60 MailCore MessageFormat
#
# MODULE… are folders of Sources in floor order (a module after those that it imports). Seeds are read from seeds/NAME/ and from the
# transcripts of a wire's protocol, words from NAME.dict where there is one. What the fuzzer learns is kept in BUILD/corpus/NAME, a
# failing input in BUILD/failures/NAME-…; BUILD is $FUZZ_BUILD, by default .build-fuzz at the top. For 0 seconds it only builds. The exit
# code is 0 only when nothing was found.
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,4p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
name=$1
seconds=$2
shift 2
build=${FUZZ_BUILD:-$top/.build-fuzz}
mkdir -p "$build/modules" "$build/corpus/$name" "$build/failures"

# One build at a time in one folder: two runs may share the modules.
exec 9>"$build/lock"
flock 9

flags=(-O -g -swift-version 6 -parse-as-library -sanitize=fuzzer,address -I "$build/modules"
    -enable-upcoming-feature ExistentialAny -enable-upcoming-feature MemberImportVisibility
    -enable-upcoming-feature InternalImportsByDefault -enable-upcoming-feature NonisolatedNonsendingByDefault)
objects=()
for module in "$@"; do
    object=$build/modules/$module.o
    objects+=("$object")
    sources=$(find -L "$top/Sources/$module" -name '*.swift' | sort)
    [ -n "$sources" ] || { echo "no module $module in $top/Sources" >&2; exit 2; }
    # A module is built again after any of those before it, also when another run built that.
    if [ ! -e "$object" ] || [ -n "$(find -L "$top/Sources/$module" "${objects[@]}" -newer "$object" -print -quit)" ]; then
        # shellcheck disable=SC2086 # a list of files without spaces
        swiftc "${flags[@]}" -whole-module-optimization -module-name "$module" -emit-module \
            -emit-module-path "$build/modules/$module.swiftmodule" -c -o "$object.new" $sources
        mv "$object.new" "$object"
    fi
done
program=$build/fuzz-$name
if [ ! -e "$program" ] || [ "$here/fuzz-$name.swift" -nt "$program" ] ||
    [ -n "$(find "${objects[@]}" -newer "$program" -print -quit)" ]; then
    swiftc "${flags[@]}" -use-ld=lld -module-name Fuzz "$here/fuzz-$name.swift" "${objects[@]}" -o "$program"
fi
flock -u 9
[ "$seconds" -gt 0 ] || exit 0

options=(-max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 -verbosity=1
    -artifact_prefix="$build/failures/$name-")
[ -e "$here/$name.dict" ] && options+=(-dict="$here/$name.dict")
folders=("$build/corpus/$name")
[ -d "$here/seeds/$name" ] && folders+=("$here/seeds/$name")
# A wire's grammar is spoken in the transcripts: smtp-wire has those that end with .smtp.
if [[ $name == *-wire ]]; then
    "$here/seeds-from-transcripts.sh" "${name%-wire}" "$build/transcripts/$name"
    folders+=("$build/transcripts/$name")
fi
# The Swift runtime's own crash report would hide the sanitizer's; it also keeps memory that the leak check would blame on us.
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0:abort_on_error=0
echo "fuzz $name for $seconds s"
"$program" "${options[@]}" "${folders[@]}" 2>"$build/$name.log" && found=0 || found=$?
if [ $found -ne 0 ]; then
    tail -60 "$build/$name.log" >&2
    echo "fuzz $name: something was found, see $build/failures and $build/$name.log" >&2
    exit 1
fi
grep -E 'stat::number_of_executed_units|stat::average_exec_per_sec|stat::peak_rss_mb' "$build/$name.log" | sed 's/^/  /'
