#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A user's journey through the app on a display of its own: open a scenario, run both worlds, zoom, export, make a
# mistake, go dark, quit. What is on the screen is checked, and kept as screenshots.
# Usage: journey.sh PROGRAM SCREENSHOTS SCENARIO [WIDTH HEIGHT]. Exit status 77: skipped, something is not installed.
set -euo pipefail

program=$1
shots=$2
scenario=$(readlink -f "$3")
width=${4:-1280}
height=${5:-800}

for tool in Xvfb xdotool openbox; do
  if ! command -v "$tool" >/dev/null; then
    echo "skipped: $tool is not installed"
    exit 77
  fi
done

work=$(mktemp -d)
mkdir -p "$shots" "$work/home" "$work/runtime"
chmod 700 "$work/runtime"
started=()
cleanup() {
  for process in "${started[@]}"; do kill "$process" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

fail() {
  echo "FAILED: $*" >&2
  [[ -n ${DISPLAY:-} ]] && shot "failed" || true
  echo "--- what the app said:" >&2
  cat "$work/app.log" >&2 || true
  exit 1
}

# A picture of the screen, by whatever there is to take it with.
shot() {
  if command -v import >/dev/null; then
    import -window root "$shots/$1.png" 2>/dev/null || true
  elif command -v xwd >/dev/null; then
    xwd -root -silent -out "$shots/$1.xwd" || true
  fi
}

# Tries "$@" twice a second, up to the seconds given.
within() {
  local tries=$(($1 * 2))
  shift
  while ! "$@" >/dev/null 2>&1; do
    ((tries-- > 0)) || return 1
    sleep 0.5
  done
}

title() { xdotool getwindowname "$window"; }
title_has() { [[ $(title) == *"$1"* ]]; }
title_lacks() { [[ $(title) != *"$1"* ]]; }
window_named() { xdotool search --onlyvisible --name "$1"; }
no_window_named() { ! xdotool search --onlyvisible --name "$1"; }
key() { xdotool key --clearmodifiers "$@"; sleep 0.15; }
ended() { ! kill -0 "$app" 2>/dev/null; }

exec 3>"$work/display"
Xvfb -displayfd 3 -screen 0 "${width}x${height}x24" -nolisten tcp >/dev/null 2>&1 &
started+=($!)
within 10 test -s "$work/display" || fail "no X server came up"
DISPLAY=:$(<"$work/display")
export DISPLAY
export HOME=$work/home XDG_RUNTIME_DIR=$work/runtime XDG_CONFIG_HOME=$work/home/.config
unset WAYLAND_DISPLAY QT_QPA_PLATFORM SESSION_MANAGER DBUS_SESSION_BUS_ADDRESS
openbox >/dev/null 2>&1 &
started+=($!)
sleep 1

# 1. The first launch: the gallery.
"$program" >"$work/app.log" 2>&1 &
app=$!
started+=("$app")
within 10 window_named 'Spawnpoint' || fail "no window came up"
window=$(window_named 'Spawnpoint' | head -1)
xdotool windowactivate --sync "$window"
xdotool windowsize --sync "$window" "$width" "$height" || true
xdotool windowmove "$window" 0 0
sleep 6
shot 1-home
key ctrl+q
within 10 ended || fail "the app did not quit from the gallery"

# 2. With a file: it is modeled by itself.
cp "$scenario" "$work/home/journey.toml"
"$program" "$work/home/journey.toml" >>"$work/app.log" 2>&1 &
app=$!
started+=("$app")
within 10 window_named 'journey.toml' || fail "the file on the command line was not opened"
window=$(window_named 'journey.toml' | head -1)
xdotool windowactivate --sync "$window"
xdotool windowsize --sync "$window" "$width" "$height" || true
xdotool windowmove "$window" 0 0
sleep 3
shot 2-modeled

# 3. Both worlds.
key F5
sleep 1.2
shot 3-live-runs
sleep 6
shot 4-both

# 4. Zooming at the cursor, with the wheel and with keys; the next failure.
xdotool mousemove $((width / 2)) $((height / 3))
xdotool click 1
for _ in 1 2 3 4; do xdotool click 4; sleep 0.1; done
key w; key d
sleep 0.5
shot 5-zoomed
key n
sleep 0.7
shot 6-failure
key Home

# 5. Export.
key ctrl+e
within 5 window_named '^Export' || fail "the export dialog did not open"
sleep 0.5
shot 7-export-dialog
key Return
within 20 compgen -G "$work/home/*.png" || fail "the export wrote no PNG file"
sleep 0.5
shot 8-exported
key Escape
within 5 no_window_named '^Export' || fail "the export dialog did not close"

# 6. A mistake in the text shows at its line, and goes with undo.
xdotool mousemove $((width / 8)) $((height * 3 / 4))
xdotool click 1
key ctrl+End
xdotool type --delay 20 'cuont = 3'
within 10 title_has 'mistake' || fail "the mistake in the text is not shown: $(title)"
shot 9-mistake
for _ in $(seq 12); do title_has 'mistake' || break; key ctrl+z; sleep 0.3; done
within 10 title_lacks 'mistake' || fail "undo did not take the mistake back: $(title)"

# 7. The other pages, the keys, the dark theme.
key ctrl+3
sleep 0.7
shot 10-limits
key ctrl+2
key ctrl+shift+l
sleep 1
shot 11-dark
key ctrl+1
sleep 2
shot 12-dark-home
key ctrl+3
sleep 0.5
shot 13-dark-limits
key ctrl+2
xdotool mousemove $((width / 2)) $((height / 3))
xdotool click 1
key question
within 5 window_named '^Keys' || fail "the key sheet did not open"
sleep 0.3
shot 14-keys
key Escape
within 5 no_window_named '^Keys' || fail "the key sheet did not close"

# 8. Quit; what was chosen is remembered.
key ctrl+q
if within 2 window_named 'Save the changes'; then key alt+d; fi
within 10 ended || fail "the app did not quit"
wait "$app" || fail "the app ended with status $?"
settings=$work/home/.config/spawnpoint/spawnpoint.ini
grep -q 'theme=dark' "$settings" || fail "the theme was not remembered"
grep -q 'journey.toml' "$settings" || fail "the recent file was not remembered"
# Qt has nothing to complain about.
if grep -E 'QPainter|QObject|QWidget|QFont|QLayout|Warning|warning' "$work/app.log"; then fail "Qt warned"; fi
echo "the journey is done; screenshots are in $shots"
