#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# check.sh COMPILER LEVEL: builds the event queue and its trials with, say, clang++ and -O0, and runs them.
set -euo pipefail
compiler=$1 level=$2
source=$(cd "$(dirname "$0")/../.." && pwd)

if ! command -v "$compiler" >/dev/null; then
  echo "skipped: $compiler is not installed"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$source"
"$compiler" -std=c++20 "$level" -ffp-contract=off -I. -pthread -o "$work/queue_order" tests/order/queue_order.cpp \
  core/simulation/{event_queue,variates}.cpp core/numeric/portable_math.cpp core/coroutine/frame_arena.cpp core/memory/huge_pages.cpp
"$work/queue_order"
