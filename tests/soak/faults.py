# SPDX-License-Identifier: GPL-3.0-or-later
"""The n-th allocation, the n-th system call fails: a clear end, and exit 0 only with the right result."""
import errno
import json
import os
import signal

from common import CLEAN, LIVE, SCENARIO, SWEEP, Failure, finish, is_json, prepare, start, without_times, work_folder
from common import workers_left
from kills import comparable, contents

SYSTEM_CALLS = [("mmap", errno.ENOMEM), ("open", errno.EMFILE), ("open", errno.EIO), ("read", errno.EIO),
                ("write", errno.ENOSPC), ("write", errno.EIO), ("stat", errno.EIO), ("move", errno.ENOSPC),
                ("pipe", errno.EMFILE), ("start", errno.EAGAIN)]
ALLOCATIONS = [("malloc", errno.ENOMEM), ("memory", errno.ENOMEM)]

RUN_CASES = {
    "run": (["run", "soak.toml", "--json"], {"soak.toml": SCENARIO}, []),
    "record": (["run", "soak.toml", "--csv", "record", "--trace", "trace.json"],
               {"soak.toml": SCENARIO, "trace.json": "old"}, ["record", "trace.json"]),
    "sweep": (["sweep", "sweep.toml", "--json", "--jobs", "1", "--journal", "journal", "-o", "out.json"],
              {"sweep.toml": SWEEP, "out.json": "old"}, ["journal", "out.json"]),
    "check": (["check", "soak.toml", "--world", "modeled"], {"soak.toml": SCENARIO}, []),
    "limits": (["limits", "soak.toml", "--json"], {"soak.toml": SCENARIO}, []),
    "live": (["run", "live.toml", "--world", "live", "--json"], {"live.toml": LIVE}, []),
}
OLD_LAYOUT = "[window]\ndark=true\n"
APP_FILES = {"live.toml": LIVE, "settings.ini": OLD_LAYOUT}
APP_DRAWN = 300
KEPT_EVERY = 500


def faults(soak):
    part = soak.part("faults")
    with work_folder() as folder:
        if soak.has_app():
            app_faults(soak, folder, part)
        # What is soon done is first.
        for case, kinds in [(case, kinds) for kinds in (SYSTEM_CALLS, ALLOCATIONS) for case in RUN_CASES]:
            if soak.sample and case not in ("run", "sweep", "check"):
                continue
            command, files, made = RUN_CASES[case]
            prepare(folder, files)
            status, right, err = finish(start([soak.run, *command], folder))
            if status != 0:
                raise Failure(f"{case} alone ends with {status}: {err.decode()}")
            right_files = {name: contents(folder / name) for name in made}
            for kind, number in kinds:
                calls = count_calls([soak.run, *command], soak, folder, files, kind)
                key = f"{case} {kind} {errno.errorcode[number]}"
                if calls == 0 and kind in ("malloc", "memory", "open", "read", "write"):
                    raise Failure(f"{case}: no call of {kind} was counted: nothing is tried")
                if soak.sample:
                    drawn = sorted(soak.random.sample(range(1, min(calls, 3000) + 1), min(calls, 5)))
                else:
                    drawn = range(part.get(key, 0) + 1, calls + 1)
                for at in drawn:
                    if soak.time_is_over():
                        soak.keep()
                        return
                    one_fault(soak, folder, case, (kind, at, number), right, right_files)
                    part[key] = at if not soak.sample else part.get(key, 0) + 1
                    if at % KEPT_EVERY == 0:
                        soak.keep()
                soak.keep()


def injected(soak, kind, at, number):
    return {"LD_PRELOAD": soak.inject, "SPAWNPOINT_INJECT": f"{kind} {at} {number}"}


def count_calls(command, soak, folder, files, kind):
    counted = folder.parent / "count"
    counted.unlink(missing_ok=True)
    prepare(folder, files)
    status, _, err = finish(start(command, folder, {**injected(soak, kind, -1, 0), "SPAWNPOINT_COUNT": counted}))
    if status != 0:
        raise Failure(f"{command} without a failure ends with {status}: {err.decode(errors='replace')[-300:]}")
    return int(counted.read_text()) if counted.exists() else 0


def one_fault(soak, folder, case, fault, right, right_files):
    command, files, made = RUN_CASES[case]
    kind, at, number = fault
    prepare(folder, files)
    what = f"{case} with {kind} {at} failing with {errno.errorcode[number]}"
    process = start([soak.run, *command], folder, injected(soak, kind, at, number))
    try:
        status, out, err = finish(process)
    except Failure as failure:
        return soak.fail(f"{what}: {failure}")
    if status not in CLEAN:
        soak.fail(f"{what}: ends with {status}: {err.decode(errors='replace')[-300:]}")
    # A live run's times differ. What cannot be read or kept is not advised.
    if status == 0 and case == "live":
        if [completed(line) for line in out.splitlines()] != [completed(line) for line in right.splitlines()]:
            soak.fail(f"{what}: exit 0, but not all jobs are done")
    elif status == 0 and without_times(out, advised=False) != without_times(right, advised=False):
        soak.fail(f"{what}: exit 0 with another result")
    for name in made:
        check_file(soak, what, name, contents(folder / name), status, files.get(name), right_files[name])
    left = sorted({entry.name for entry in folder.iterdir()} - set(files) - set(made))
    if left and status >= 0:
        soak.fail(f"{what}: {left} is left")
    if case == "live" and workers_left(process.pid):
        soak.fail(f"{what}: a worker is left")
    return None


def completed(line):
    record = json.loads(line)
    return record["concurrency"], record["completed"]


def check_file(soak, what, name, there, status, old, right):
    if name == "journal":
        return
    if status == 0 and name == "record":
        same = comparable("--csv", there) == comparable("--csv", right)
    elif status == 0:
        same = there == right
    elif isinstance(there, dict):
        # Of several runs, each in a folder of its own: each is whole.
        same = all(comparable("--csv", {name: text}) == comparable("--csv", {name: right.get(name)})
                   for name, text in there.items())
    else:
        # It may be a result that says what is missing, but a whole one.
        same = there == (old.encode() if old else None) or (
            there is not None and there.endswith(b"\n") and all(is_json(line) for line in there.splitlines()))
    if not same:
        soak.fail(f"{what}: {name} is neither old nor new")


def app_faults(soak, folder, part):
    """Qt's own allocations may end it. But no file is torn, no worker stays, and it does not hang."""
    command = [soak.soak_app, "once", "live.toml"]
    prepare(folder, APP_FILES)
    # Qt's own pool of threads, which it paints with, does not recover from one that cannot be started.
    kinds = [one for one in [*SYSTEM_CALLS, ALLOCATIONS[0]] if one[0] != "start"]
    calls = {kind: count_calls(command, soak, folder, APP_FILES, kind) for kind, _ in kinds}
    new = LIVE + "# changed\n"
    key = "app, drawn"
    while part.get(key, 0) < (6 if soak.sample else APP_DRAWN) and not soak.time_is_over():
        kind, number = soak.random.choice([one for one in kinds if calls[one[0]] > 0])
        at = soak.random.randint(1, calls[kind])
        what = f"the app with {kind} {at} failing with {errno.errorcode[number]}"
        prepare(folder, APP_FILES)
        process = start(command, folder, injected(soak, kind, at, number))
        try:
            status, _, err = finish(process)
            # Without memory the app may end, as Qt does; without anything else it must not.
            if status < 0 and kind not in ("malloc", "memory", "mmap"):
                soak.fail(f"{what}: ends with signal {-status}: {err.decode(errors='replace')[-300:]}")
        except Failure as failure:
            soak.fail(f"{what}: {failure}")
        if (folder / "live.toml").read_text() not in (LIVE, new):
            soak.fail(f"{what}: the scenario's file is torn")
        settings = (folder / "settings.ini").read_text(errors="replace")
        if settings and not (settings.startswith("[") and settings.endswith("\n")):
            soak.fail(f"{what}: the settings are torn")
        if workers_left(process.pid):
            soak.fail(f"{what}: a worker is left")
            os.killpg(process.pid, signal.SIGKILL)
        part[key] = part.get(key, 0) + 1
    soak.keep()
