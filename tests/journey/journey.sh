#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A user's journey through the app on a display of its own: open a scenario, run both worlds, go to the failure, set
# markers, copy a chart, look at a point of the map, ask what if, meet another program's change of the file, find a job,
# export, make a mistake and fix it, go dark, quit and come back, begin a new scenario, open several. What is on the
# screen is checked, and kept as screenshots.
# Usage: journey.sh PROGRAM SCREEN_PROBE SCREENSHOTS SCENARIO [WIDTH HEIGHT]. Exit status 77: skipped, something is not installed.
set -euo pipefail

program=$1
probe=$2
shots=$3
scenario=$(readlink -f "$4")
width=${5:-1280}
height=${6:-800}

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

look() { "$probe" "$@" 2>/dev/null; }
shot() { look shot "$shots/$1.png" || true; }

# shows COLOUR LEAST NAME: at least that many pixels of it are in the middle of the window, where the charts are.
middle=($((width * 22 / 100)) $((height * 13 / 100)) $((width * 57 / 100)) $((height * 82 / 100)))
pixels() { look count "$1" "${middle[@]}"; }
shows_at_least() { [[ $(pixels "$1") -ge $2 ]]; }
shows() { within 10 shows_at_least "$1" "$2" || fail "$3 is not on the screen: $(pixels "$1") pixels of $1"; }
# changed SUM PART…: that part of the screen has changed.
changed() { local before=$1; shift; [[ $(look sum "$@") != "$before" ]]; }

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

# start TITLE WHY [FILE]: the app, with its window in front and as large as the screen.
start() {
  local named=$1 why=$2
  shift 2
  "$program" "$@" >>"$work/app.log" 2>&1 &
  app=$!
  started+=("$app")
  within 10 window_named "$named" || fail "$why"
  window=$(window_named "$named" | head -1)
  xdotool windowactivate --sync "$window"
  xdotool windowsize --sync "$window" "$width" "$height" || true
  xdotool windowmove "$window" 0 0
}

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
start 'Spawnpoint' "no window came up"
sleep 6
shot 1-home
key ctrl+q
within 10 ended || fail "the app did not quit from the gallery"

# 2. With a file: it is modeled by itself.
cp "$scenario" "$work/home/journey.toml"
start 'journey.toml' "the file on the command line was not opened" "$work/home/journey.toml"
sleep 3
shows '#D55E00' 60 "the model's failure"
shot 2-modeled

# 3. Both worlds.
key F5
sleep 1.2
shot 3-live-runs
sleep 6
shows '#E69F00' 9000 'the live run, filled,'
shot 4-both

# 4. Zooming at the cursor, with the wheel and with keys; the next failure.
xdotool mousemove $((width / 2)) $((height / 3))
xdotool click 1
sleep 0.5
before=$(look sum "${middle[@]}")
for _ in 1 2 3 4; do xdotool click 4; sleep 0.1; done
key w; key d
within 5 changed "$before" "${middle[@]}" || fail "zooming changed nothing"
shot 5-zoomed
key n
sleep 0.7
shows '#D55E00' 60 'the failure that was gone to'
shot 6-failure
key Home
sleep 0.5

# Two markers: the Selection panel shows what happens in between.
panel=($((width * 81 / 100)) $((height * 72 / 100)) $((width * 18 / 100)) $((height * 24 / 100)))
before=$(look sum "${panel[@]}")
xdotool mousemove $((width * 4 / 10)) $((height / 3))
key shift+a
xdotool mousemove $((width * 6 / 10)) $((height / 3))
key shift+b
within 5 changed "$before" "${panel[@]}" || fail "the markers' panel shows nothing new"
shot 6b-markers
key Escape

# A chart's menu, by the mouse and by the Menu key, and the chart on the clipboard.
before=$(look sum "${middle[@]}")
xdotool mousemove $((width / 2)) $((height / 3))
xdotool click 3
within 5 changed "$before" "${middle[@]}" || fail "the timeline has no menu"
sleep 0.3
shot 6d-menu
key Escape
sleep 0.3
xdotool click 1
before=$(look sum "${middle[@]}")
key Menu
within 5 changed "$before" "${middle[@]}" || fail "the timeline has no menu by the key"
key Escape
sleep 0.3
key ctrl+shift+c
copied() { local kinds; kinds=$(look clipboard); [[ $kinds == *image/png* && $kinds == *image/svg+xml* ]]; }
within 5 copied || fail "the timeline is not on the clipboard: $(look clipboard)"

# A point of the failure map is looked at without a change of the text.
key ctrl+4
sleep 1
# Between the axis and the first point there is nothing: the map only takes the keyboard.
xdotool mousemove $((width * 29 / 100)) $((height * 40 / 100))
xdotool click 1
within 40 shows_at_least '#D55E00' 10 || fail "the map has no end"
shot 6e-map
key Home
key Return
sleep 1.5
shot 6f-point
title_lacks '*' || fail "a look at the map has changed the text: $(title)"
# What would be saved now is what was opened.
saved_at=$(stat -c %y "$work/home/journey.toml")
saved_again() { [[ $(stat -c %y "$work/home/journey.toml") != "$saved_at" ]]; }
key ctrl+s
within 5 saved_again || fail "Ctrl+S has not saved"
cmp -s "$scenario" "$work/home/journey.toml" || fail "a look at the map has changed the text"
key ctrl+k
within 5 window_named '^Commands' || fail "the list of commands did not open"
xdotool type --delay 20 "own values"
key Return
sleep 1
title_lacks '*' || fail "dropping the point has changed the text: $(title)"
key ctrl+2
sleep 0.5

# What if: a step of the jobs' slider goes into the text, is modeled, and can be undone.
xdotool mousemove $((width * 93 / 1000)) 66
xdotool click 1
sleep 0.7
before=$(look sum "${middle[@]}")
# The slider's groove is a few pixels high, and its place depends on the style.
for y in 114 112 110; do
  xdotool mousemove 172 $y
  xdotool click 1
  within 2 title_has '*' && break
done
title_has '*' || fail "the slider did not change the text: $(title)"
within 5 changed "$before" "${middle[@]}" || fail "the slider's model is not drawn"
shot 6c-what-if
key ctrl+s
within 5 title_lacks '*' || fail "the text was not saved: $(title)"
grep -Eq '^count = 1000$' "$work/home/journey.toml" && fail "the slider's number of jobs is not in the file"
key ctrl+z
within 5 title_has '*' || fail "the slider's step was not undone: $(title)"
key ctrl+s
within 5 grep -Eq '^count = 1000$' "$work/home/journey.toml" || fail "the number of jobs before it is not back"
sleep 1

# Another program changes the file: it is noticed, and one's own text can be kept.
sed -i 's/^count = 1000$/count = 900/' "$work/home/journey.toml"
sleep 1
shot 6d-outside-change
key alt+k
within 5 title_has '*' || fail "the other program's change was not noticed: $(title)"
grep -Eq '^count = 900$' "$work/home/journey.toml" || fail "the other program's change was written over unasked"
key ctrl+s
within 5 title_lacks '*' || fail "the kept text was not saved: $(title)"
within 5 grep -Eq '^count = 1000$' "$work/home/journey.toml" || fail "the kept text is not in the file"

# A job is found among all, and framed in the timelines.
key ctrl+5
key ctrl+f
xdotool type --delay 20 'job 300'
sleep 1
key Return
sleep 0.5
shot 6e-job-found
key Return
sleep 1
shows '#0072B2' 2500 'the frame of the job that was found'
shot 6f-job-framed
xdotool mousemove $((width / 2)) $((height / 3))
xdotool click 1
key Escape
key Home

# 5. Export.
key ctrl+e
within 5 window_named '^Export' || fail "the export dialog did not open"
sleep 0.5
shot 7-export-dialog
key Return
written() { find "$work" -name 'journey*.png' -size +1k | grep -q .; }
within 20 written || fail "the export wrote no PNG file"
sleep 0.5
shot 8-exported
key Escape
within 5 no_window_named '^Export' || fail "the export dialog did not close"

# 6. A mistake in the text shows at its line, and goes with undo.
xdotool mousemove $((width / 8)) $((height * 3 / 4))
xdotool click 1
key ctrl+End
xdotool type --delay 20 'cuont = 3'
within 10 title_has 'error' || fail "the error in the text is not shown: $(title)"
shot 9-mistake
for _ in $(seq 12); do title_has 'error' || break; key ctrl+z; sleep 0.3; done
within 10 title_lacks 'error' || fail "undo did not remove the error: $(title)"

# 7. The other pages, the keys, the dark theme.
key ctrl+3
sleep 0.7
shot 10-limits
key ctrl+2
key ctrl+shift+l
sleep 1
[[ $(pixels '#FFFFFF') -lt 2000 ]] || fail "the dark theme is not dark"
shows '#F0B43C' 5000 'the live run in the dark colours'
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

# 9. Back again: the file, its page and the theme are there without asking.
start 'journey.toml' "the last file was not opened again"
sleep 3
[[ $(pixels '#FFFFFF') -lt 2000 ]] || fail "the dark theme was not restored"
shows '#FF7A3C' 40 "the model's failure, after the restart,"
shot 15-restored

# A new scenario has a text that runs, and no file.
key ctrl+n
within 5 title_has 'untitled' || fail "there is no new scenario: $(title)"
sleep 2
shows '#F0B43C' 200 "the new scenario's model"
shot 16-new
key ctrl+w
within 5 title_lacks 'untitled' || fail "the new scenario was not closed: $(title)"
key ctrl+q
within 10 ended || fail "the app did not quit the second time"

# Several files: a window for each, and one key closes all.
cp "$scenario" "$work/home/second.toml"
start 'journey.toml' "the first of two files was not opened" "$work/home/journey.toml" "$work/home/second.toml"
within 10 window_named 'second.toml' || fail "the second file has no window"
sleep 1
shot 17-two-windows
key ctrl+q
within 10 ended || fail "the app with two windows did not quit"
# Qt has nothing to complain about.
if grep -E 'QPainter|QObject|QWidget|QFont|QLayout|Warning|warning' "$work/app.log"; then fail "Qt warned"; fi
echo "the journey is done; screenshots are in $shots"
