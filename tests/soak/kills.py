# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 at random moments: files are old or new, what goes on gives the same, and nothing is left behind."""
import select
import time

from common import HANG_S, LIVE, SCENARIO, SWEEP, finish, prepare, start, without_times, work_folder, workers_left, workers_of

FILES = {"soak.toml": SCENARIO, "sweep.toml": SWEEP}


def writers(soak):
    """By name: a program that writes `out`, which may be a folder."""
    all_of_them = {
        "--trace": [soak.run, "run", "soak.toml", "--concurrency", "join_all", "--trace", "out"],
        "--csv": [soak.run, "run", "soak.toml", "--concurrency", "join_all", "--csv", "out"],
        "sweep -o": [soak.run, "sweep", "sweep.toml", "--json", "-o", "out"],
        "machine -o": [soak.run, "machine", "-o", "out"],
    }
    if soak.has_app():
        all_of_them["export"] = [soak.app, "export", "soak.toml", "-o", "out", "--part", "timelines,memory"]
    return all_of_them


def contents(path):
    """Of a file, or of all files in a folder by name; None: it is not there."""
    if path.is_dir():
        return {str(entry.relative_to(path)): entry.read_bytes() for entry in sorted(path.rglob("*")) if entry.is_file()}
    return path.read_bytes() if path.exists() else None


def comparable(name, there):
    """Without what differs from one time to the next."""
    if name == "machine -o" and there is not None:
        return there.startswith(b"#"), there.endswith(b"\n")
    if name == "--csv" and isinstance(there, dict):
        # When it was made is in run.csv.
        return {file: None if file.endswith("run.csv") else text for file, text in there.items()}
    return there


def torn(name, there, old, new):
    """Neither old nor new; of an export, which has several files, one of them."""
    if name == "export":
        return any(text != new.get(file) for file, text in (there or {}).items() if not file.endswith(".part"))
    return there != old and comparable(name, there) != comparable(name, new)


def kills(soak):
    part = soak.part("kills")
    wanted = 5 if soak.sample else 500
    with work_folder() as folder:
        for name, command in writers(soak).items():
            killed_writer(soak, folder, part, wanted, name, command)
        killed_sweep(soak, folder, part, wanted)
        killed_live_parent(soak, folder, part, wanted)
        if soak.has_app():
            killed_save(soak, folder, part, wanted)


def killed_writer(soak, folder, part, wanted, name, command):
    is_folder = name in ("--csv", "export")
    prepare(folder, FILES)
    began = time.monotonic()
    status, _, err = finish(start(command, folder))
    took = time.monotonic() - began
    if status != 0:
        return soak.fail(f"{name} ends with {status}: {err.decode()[-300:]}")
    new = contents(folder / "out")
    while part.get(name, 0) < wanted and not soak.time_is_over():
        prepare(folder, FILES if is_folder else {**FILES, "out": "old"})
        process = start(command, folder)
        time.sleep(soak.random.uniform(0, took * 1.2))
        process.kill()
        process.communicate()
        old = None if is_folder else b"old"
        if torn(name, contents(folder / "out"), old, new):
            soak.fail(f"{name}: killed, what it wrote is neither old nor new")
        # The next one clears up.
        status, _, err = finish(start(command, folder))
        if status != 0:
            soak.fail(f"{name}: killed, and the next one ends with {status}: {err.decode(errors='replace')[-300:]}")
        left = sorted(entry.name for entry in folder.rglob("*") if entry.name.endswith(".part"))
        if left:
            soak.fail(f"{name}: killed and done again, {left} is left")
        part[name] = part.get(name, 0) + 1
    soak.keep()
    return None


def killed_sweep(soak, folder, part, wanted):
    prepare(folder, FILES)
    command = [soak.run, "sweep", "sweep.toml", "--json", "--journal", "journal"]
    _, right, _ = finish(start(command, folder))
    while part.get("sweep resumed", 0) < wanted and not soak.time_is_over():
        prepare(folder, FILES)
        for _ in range(2):
            process = start(command, folder)
            time.sleep(soak.random.uniform(0, 0.05))
            process.kill()
            process.communicate()
        status, out, err = finish(start(command, folder))
        if status != 0 or without_times(out) != without_times(right):
            soak.fail(f"a sweep that was killed goes on to another result: {status} {err.decode()[-300:]}")
        part["sweep resumed"] = part.get("sweep resumed", 0) + 1
    soak.keep()


def killed_live_parent(soak, folder, part, wanted):
    prepare(folder, {"live.toml": LIVE.replace('"exp(mean=10ms)"', '"300ms"')})
    seen = tried = 0
    wanted = max(wanted, 12)
    while part.get("live parent", 0) < wanted and not soak.time_is_over():
        process = start([soak.run, "run", "live.toml", "--world", "live", "--json"], folder)
        time.sleep(soak.random.uniform(0, 0.8))
        seen += len(workers_of(process.pid))
        process.kill()
        process.communicate()
        if left := workers_left(process.pid):
            soak.fail(f"a live run's worker outlives its parent: {left}")
        tried += 1
        part["live parent"] = part.get("live parent", 0) + 1
    if tried >= 10 and seen == 0:
        soak.fail("no live run's worker was ever seen: nothing was tried")
    soak.keep()


def killed_save(soak, folder, part, wanted):
    key = "the app saves"
    texts = {SCENARIO, SCENARIO + "# the other text\n" + "#" * 20_000 + "\n"}
    while part.get(key, 0) < wanted and not soak.time_is_over():
        prepare(folder, FILES)
        process = start([soak.soak_app, "saves", "soak.toml"], folder)
        ready, _, _ = select.select([process.stdout], [], [], HANG_S)
        if not ready or process.stdout.readline() != b"saved\n":
            process.kill()
            return soak.fail(f"{key}: it does not: {process.communicate()[1].decode(errors='replace')[-300:]}")
        time.sleep(soak.random.uniform(0, 0.1))
        process.kill()
        process.communicate()
        if (folder / "soak.toml").read_text() not in texts:
            soak.fail("the app was killed while it saved, and the file is torn")
        part[key] = part.get(key, 0) + 1
    soak.keep()
    return None
