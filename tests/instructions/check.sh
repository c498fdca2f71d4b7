#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# check.sh HOT_PATH COMPILER executor|simulation: the instructions of one more job, or event, against the baseline.
# Instructions are counted by valgrind, so what else the machine does changes nothing. Two sizes are run, and the
# difference is counted: what a program needs to start cancels out.
set -euo pipefail
program=$1 compiler=$2 path=$3
margin=5  # percent
baselines=$(dirname "$0")/baselines.txt

if ! command -v valgrind >/dev/null; then
  echo "skipped: valgrind is not installed"
  exit 77
fi
case $path in
  executor) small=10000 large=30000 ;;
  simulation) small=20000 large=60000 ;;
  *) echo "no such path: $path" >&2; exit 2 ;;
esac

# The total that callgrind reports: "Collected : N".
count() {
  local told
  told=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$path" "$1" 2>&1) ||
    { printf '%s\n' "$told" >&2; return 1; }
  sed -n 's/.*Collected : \([0-9]*\).*/\1/p' <<<"$told"
}
less=$(count $small)
more=$(count $large)
each=$(awk -v less="$less" -v more="$more" -v n=$((large - small)) 'BEGIN { printf "%.1f", (more - less) / n }')
baseline=$(awk -v c="$compiler" -v p="$path" '$1 == c && $2 == p { print $3 }' "$baselines")
if [[ -z $baseline ]]; then
  echo "skipped: $path takes $each instructions each; $compiler has no baseline to compare with"
  exit 77
fi
awk -v each="$each" -v baseline="$baseline" -v margin=$margin -v path="$path" 'BEGIN {
  change = 100 * (each / baseline - 1)
  printf "%s: %.1f instructions each, baseline %.1f (%+.1f %%, margin %d %%)\n", path, each, baseline, change, margin
  if (change < -margin) print "much fewer than the baseline: note the new figure in baselines.txt"
  exit change > margin
}'
