#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Whether all sources are formatted. Usage: format.sh [--fix]. Exit status 77: skipped, clang-format is not installed.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

# Each version formats a little differently; Debian 12 and 13 both have this one.
formatter=clang-format-19
if ! command -v $formatter >/dev/null; then
  echo "skipped: $formatter is not installed"
  exit 77
fi
mapfile -d '' files < <(find core models gui tests -name '*.[ch]pp' -print0)
case ${1:-} in
  '') if ! $formatter --dry-run --Werror "${files[@]}"; then
        echo "./run format fixes this" >&2
        exit 1
      fi ;;
  --fix) $formatter -i "${files[@]}" ;;
  *) echo "format.sh takes no argument or --fix, not '$1'" >&2; exit 2 ;;
esac
