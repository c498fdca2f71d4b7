#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Checks the sources of core, models and gui against the rules in .clang-tidy.
# Usage: tidy.sh BUILD_DIR [SECONDS [JOBS]]
# BUILD_DIR is configured for Ninja and built. What passed is noted there, and looked at again only when the file, or
# one that it includes, changes. With SECONDS only sources that the last commit or what is uncommitted has changed, or
# that include such a file, are looked at, those themselves first, and no further one is begun after that time.
# Exit status 1: findings; 77: skipped, something is not installed.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
root=$PWD build=$(readlink -f "$1") seconds=${2:-0} jobs=${3:-1}

# Older ones know too little of C++23; Debian 12 and 13 both have this one.
checker=clang-tidy-19
for tool in $checker ninja; do
  if ! command -v $tool >/dev/null; then
    echo "skipped: $tool is not installed"
    exit 77
  fi
done

work=$build/tidy
mkdir -p "$work/passed"
# A header that GCC precompiled is of no use to clang.
sed -E 's/-Winvalid-pch//g; s/-include [^ "]*cmake_pch[^ "]*//g' "$build/compile_commands.json" >"$work/compile_commands.json"
rules=$({ $checker --version; cat .clang-tidy tests/style/tidy.sh; } | sha256sum)

# Each source with the files of this project that it includes, as the build saw it: "SOURCE SOURCE HEADER…".
# Its names are whole, or relative to the build's folder where ccache makes them so.
ninja -C "$build" -t deps | awk -v root="$root/" -v build="$build/" -v up="$(realpath --relative-to="$build" .)/" '
  function flush() { if (source ~ /^(core|models|gui)\/.*\.cpp$/) print source files; source = files = "" }
  /^[^ ]/ { flush() }
  /^ / {
    path = $1
    if (index(path, up) == 1) path = root substr(path, length(up) + 1)
    if (index(path, root) != 1 || index(path, build) == 1) next
    path = substr(path, length(root) + 1)
    if (source == "") source = path
    files = files " " path
  }
  END { flush() }' | sort -u >"$work/sources"

declare -A mark includes
all=() due=()
while read -r source files; do
  all+=("$source")
  includes[$source]=" $files"
  # shellcheck disable=SC2086 # a list of files
  mark[$source]=$work/passed/$({ echo "$rules"; cat $files; } | sha256sum | cut -c 1-40)
  [[ -e ${mark[$source]} ]] || due+=("$source")
done <"$work/sources"
[[ ${#all[@]} -gt 0 ]] || { echo "nothing is built in $build" >&2; exit 2; }

mapfile -t changed < <({ git diff --name-only HEAD~1 || true; git ls-files --others --exclude-standard; } 2>/dev/null)
first=() others=()
for source in ${due[@]+"${due[@]}"}; do
  if printf '%s\n' ${changed[@]+"${changed[@]}"} | grep -qFx "$source"; then first+=("$source")
  elif [[ $seconds -eq 0 ]] || grep -qFf <(printf ' %s\n' ${changed[@]+"${changed[@]}"}) <<<"${includes[$source]} "; then
    others+=("$source")
  fi
done

rm -f "$work/findings" "$work/checked"
touch "$work/findings" "$work/checked"
check() {
  local found
  if found=$($checker -p "$work" --quiet --warnings-as-errors='*' "$1" 2>/dev/null); then
    touch "$2"
  else
    printf '%s\n' "$found" >>"$work/findings"
  fi
  echo "$1" >>"$work/checked"
}
for source in ${first[@]+"${first[@]}"} ${others[@]+"${others[@]}"}; do
  while [[ $(jobs -rp | wc -l) -ge $jobs ]]; do wait -n || true; done
  [[ $seconds -eq 0 || $SECONDS -lt $seconds ]] || break
  check "$source" "${mark[$source]}" &
done
wait

cat "$work/findings"
echo "clang-tidy: looked at $(wc -l <"$work/checked") of ${#all[@]} files in $SECONDS s;" \
     "$((${#all[@]} - ${#due[@]})) have not changed since they passed"
[[ ! -s $work/findings ]]
