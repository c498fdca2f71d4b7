# SPDX-License-Identifier: GPL-3.0-or-later
"""A full disk, a folder that cannot be written to, a lost permission, a terminal that is gone."""
import os
import pty
import signal
import subprocess
import time

from common import CLEAN, LIVE, Failure, finish, prepare, start, work_folder, workers_left
from kills import FILES, contents, torn, writers

# Runs "$@" in a folder that others do not see, and afterwards copies what is there to the folder that was given.
FULL = """mount -t tmpfs -o size=64k,mode=777 spawnpoint "$1" && cp -r "$2"/. "$1" || exit 90
cd "$1"; out=$2; shift 2
dd if=/dev/zero of=filler bs=4k 2>/dev/null
"$@"; status=$?
rm filler
find "${out:?}" -mindepth 1 -delete
cp -r . "$out" || exit 91
exit $status"""
READ_ONLY = """mount --bind "$2" "$1" && mount -o remount,bind,ro "$1" || exit 90
cd "$1"; shift 2
exec "$@" """


NAMESPACE = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
POOR = {
    "no /proc": (NAMESPACE, 'mount -t tmpfs spawnpoint /proc || exit 90; exec "$@"'),
    "no HOME, no TMPDIR": (["env", "-u", "HOME", "TMPDIR=/nowhere"], 'exec "$@"'),
    "8 descriptors": ([], 'ulimit -n 8; exec "$@"'),
    "a small stack": ([], 'ulimit -s 64; exec "$@"'),
    "little memory": ([], 'ulimit -v 40000; exec "$@"'),
    "no threads": ([*NOBODY, "prlimit", "--nproc=1"], 'exec "$@"'),
}


def places(soak):
    part = soak.part("places")
    with work_folder() as folder:
        poor_places(soak, folder, part)
        for name, command in writers(soak).items():
            if soak.time_is_over():
                break
            in_namespace(soak, folder, part, f"full disk: {name}", FULL, name, command)
            in_namespace(soak, folder, part, f"read-only: {name}", READ_ONLY, name, command)
            without_permission(soak, folder, part, name, command)
        gone_terminals(soak, folder, part)
    soak.keep()


def not_here(status, err):
    """This machine does not let it be tried, which the table says: no namespace, or others may not start the program."""
    return status in (90, 126) or (status == 1 and (b"unshare" in err or b"setpriv" in err))


def poor_places(soak, folder, part):
    """What a program needs is missing: it does without, or says what it needs."""
    commands = {
        "run": [soak.run, "run", "soak.toml", "--json"],
        "live": [soak.run, "run", "live.toml", "--world", "live", "--json"],
        "sweep": [soak.run, "sweep", "sweep.toml", "--jobs", "4", "--journal", "journal"],
        "check": [soak.run, "check", "soak.toml"],
        "limits": [soak.run, "limits", "soak.toml", "--set", "machine.profile=host"],
        "machine": [soak.run, "machine"],
        "save": [soak.run, "machine", "--calibrate", "--save"],
    }
    if soak.has_app():
        commands["export"] = [soak.app, "export", "soak.toml", "-o", "out"]
    tries = [(place, name) for place in POOR for name in commands]
    if soak.sample:
        tries = soak.random.sample(tries, 12)
    for place, name in tries:
        (before, script), command = POOR[place], commands[name]
        what = f"{place}: {name}"
        if part.get(what) or soak.time_is_over():
            continue
        # Qt ends itself where it has not even that. Calibrating takes ten seconds.
        if (name == "export" and place in ("8 descriptors", "a small stack", "little memory")) or (
                name == "save" and (soak.sample or place == "a small stack")):
            continue
        prepare(folder, {**FILES, "live.toml": LIVE})
        os.chmod(folder, 0o777)
        process = start([*before, "sh", "-c", script, "sh", *command], folder, {"HOME": folder})
        try:
            status, _, err = finish(process)
        except Failure as failure:
            soak.fail(f"{what}: {failure}")
            continue
        if not_here(status, err):
            part[what] = None
            continue
        # The loader itself ends with 127 where it cannot even map the libraries.
        loads = status != 127 or b"error while loading shared libraries" in err
        if status not in (0, 3, 127) or not loads or (status != 0 and not err.strip()):
            soak.fail(f"{what}: ends with {status}: {err.decode(errors='replace')[-300:]}")
        part[what] = 1
    soak.keep()


def reference(folder, files, command):
    prepare(folder, files)
    status, _, err = finish(start(command, folder))
    if status != 0:
        raise Failure(f"{command} ends with {status}: {err.decode()[-300:]}")
    return contents(folder / "out")


def files_for(name):
    return FILES if name in ("--csv", "export") else {**FILES, "out": "old"}


def in_namespace(soak, folder, part, what, script, name, command):
    """The program says that it could not write, and what was there is there."""
    if part.get(what):
        return
    files = files_for(name)
    old = contents_of(files)
    new = reference(folder, FILES, command)
    prepare(folder, files)
    mount = folder.parent / "mount"
    mount.mkdir(exist_ok=True)
    status, _, err = finish(start([*NAMESPACE, "sh", "-c", script, "sh", mount, folder, *command], folder.parent))
    if not_here(status, err):
        part[what] = None
        return
    told = err.decode(errors="replace")
    if status != 3 or not told.strip():
        soak.fail(f"{what}: ends with {status}: {told[-300:]}")
    if torn(name, contents(folder / "out"), old, new):
        soak.fail(f"{what}: what was there is torn")
    part[what] = 1


def contents_of(files):
    return files["out"].encode() if "out" in files else None


def without_permission(soak, folder, part, name, command):
    what = f"no permission: {name}"
    if part.get(what):
        return
    files = files_for(name)
    prepare(folder, files)
    os.chmod(folder, 0o555)
    for entry in folder.iterdir():
        os.chmod(entry, 0o444)
    home = {"HOME": folder.parent}
    status, _, err = finish(start([*NOBODY, *command], folder, home))
    if not_here(status, err):
        part[what] = None
        return
    told = err.decode(errors="replace")
    if status != 3 or "ermission denied" not in told:
        soak.fail(f"{what}: ends with {status}: {told[-300:]}")
    os.chmod(folder, 0o755)
    if contents(folder / "out") != contents_of(files):
        soak.fail(f"{what}: what was there has changed")
    part[what] = 1


def gone_terminals(soak, folder, part):
    """The terminal is closed under a program that goes on: no abort, and no worker stays."""
    commands = {
        "run": ["run", "soak.toml"],
        "run --json": ["run", "soak.toml", "--json"],
        "sweep": ["sweep", "sweep.toml"],
        "live": ["run", "live.toml", "--world", "live"],
        "live mistake": ["run", "live.toml", "--world", "live", "--set", "nothing"],
        "limits": ["limits", "soak.toml"],
    }
    for name, command in commands.items():
        what = f"terminal gone: {name}"
        if part.get(what, 0) >= 2 or soak.time_is_over():
            continue
        for after in ("at once", "soon"):
            prepare(folder, {**FILES, "live.toml": LIVE})
            own, others = pty.openpty()
            process = subprocess.Popen([soak.run, *command], cwd=folder, stdin=others, stdout=others, stderr=others,
                                       start_new_session=True,
                                       preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
            os.close(others)
            if after == "soon":
                time.sleep(soak.random.uniform(0, 0.05))
            os.close(own)
            try:
                status = process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                soak.fail(f"{what}: hangs")
                continue
            if status not in CLEAN:
                soak.fail(f"{what}: ends with {status}")
            if workers_left(process.pid):
                soak.fail(f"{what}: a worker is left")
            part[what] = part.get(what, 0) + 1
