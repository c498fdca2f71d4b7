#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Whether a desktop accepts what is installed for it: menu entry, software centre's page, file type, icon.
# Usage: desktop_files.sh CMAKE BUILD_DIR SCENARIO. Exit status 77: skipped, a tool is not installed.
set -euo pipefail
cmake=$1
build=$2
scenario=$3

for tool in desktop-file-validate appstreamcli update-mime-database gio rsvg-convert; do
  if ! command -v "$tool" >/dev/null; then
    echo "skipped: $tool is not installed"
    exit 77
  fi
done

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
"$cmake" --install "$build" --prefix "$root/usr" >/dev/null
share=$root/usr/share

desktop-file-validate "$share"/applications/spawnpoint.desktop
# It warns about a missing home page, which does not exist; only errors count.
if ! appstreamcli validate --no-net "$share"/metainfo/org.spawnpoint.spawnpoint.metainfo.xml >"$root/appstream" &&
  grep "^E:" "$root/appstream"; then exit 1; fi
rsvg-convert -w 64 "$share"/icons/hicolor/scalable/apps/spawnpoint.svg >"$root/icon.png"

# The entry starts a program that is installed, and takes the type that the other file defines.
program=$(sed -n 's/^Exec=\([^ ]*\).*/\1/p' "$share"/applications/spawnpoint.desktop)
[[ -x $root/usr/bin/$program ]] || { echo "the menu entry starts $program, which is not installed"; exit 1; }
type=$(sed -n 's/.*<mime-type type="\([^"]*\)".*/\1/p' "$share"/mime/packages/spawnpoint.xml)
grep -q "^MimeType=.*$type;" "$share"/applications/spawnpoint.desktop

# A scenario is recognized by its name and by how it begins; another TOML file is not one.
cp -r /usr/share/mime/packages/freedesktop.org.xml "$share/mime/packages/"
update-mime-database "$share/mime" >/dev/null
type_of() { XDG_DATA_HOME=$share XDG_DATA_DIRS=$share gio info -a standard::content-type "$1" | sed -n 's/.*content-type: //p'; }
cp "$scenario" "$root/a.spawnpoint.toml"
cp "$scenario" "$root/no-extension"
echo 'title = "not ours"' >"$root/other.toml"
for ours in a.spawnpoint.toml no-extension; do
  [[ $(type_of "$root/$ours") == "$type" ]] || { echo "$ours is taken for $(type_of "$root/$ours")"; exit 1; }
done
[[ $(type_of "$root/other.toml") != "$type" ]] || { echo "any TOML file is taken for a scenario"; exit 1; }

for page in spawnpoint.1 spawnpoint-run.1; do
  man_page=$root/usr/share/man/man1/$page
  [[ -s $man_page ]] || { echo "$page is not installed"; exit 1; }
done
echo "the desktop accepts all of it"
