#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The long proofs: what no quick test can show. Started by ./run soak; goes on where it was stopped.

Each part looks for one kind of failure and counts what it has tried. The counts are kept in a file, so that a part goes
on where it ended, today or in a month; a version of the programs that differs begins anew.
"""
import argparse
import errno
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CLEAN = {0, 1, 2, 3, 130}  # What our programs may end with.
HANG_S = 120

SCENARIO = """title = "Soak"
seed = 7
[machine]
profile = "laptop-8g"
[jobs]
count = 40
steps = [{ cpu = "1ms" }, { sleep = "exp(mean=10ms)" }]
[[run]]
concurrency = "thread_per_job"
[[run]]
concurrency = "thread_pool"
threads = 4
[[run]]
concurrency = "join_all"
[expect]
"thread_pool.completed" = 40
"""
SWEEP = SCENARIO + """[sweep]
"jobs.count" = [1, 10, 40]
"""
LIVE = SCENARIO.replace("count = 40", "count = 4").replace('profile = "laptop-8g"', 'profile = "host"')


class Failure(Exception):
    """A proof that does not hold."""


class Soak:
    """What all parts share: the programs, the time, the counts."""

    def __init__(self, arguments):
        self.run = Path(arguments.programs).resolve() / "spawnpoint-run"
        self.inject = Path(arguments.inject).resolve()
        self.fuzz = Path(arguments.fuzz).resolve() if arguments.fuzz else None
        self.end = time.monotonic() + arguments.minutes * 60 if arguments.minutes else None
        self.sample = arguments.sample
        self.state_file = Path(arguments.state)
        self.random = random.Random(arguments.seed)
        version = hashlib.sha256(self.run.read_bytes()).hexdigest()[:16]
        self.state = {"version": version, "parts": {}}
        try:
            kept = json.loads(self.state_file.read_text())
            if kept["version"] == version:
                self.state = kept
        except (OSError, ValueError, KeyError):
            pass
        self.failures = []

    def time_is_over(self):
        return self.end is not None and time.monotonic() > self.end

    def part(self, name):
        return self.state["parts"].setdefault(name, {})

    def keep(self):
        if self.sample:
            return
        self.state_file.parent.mkdir(parents=True, exist_ok=True)
        beside = self.state_file.with_suffix(".new")
        beside.write_text(json.dumps(self.state, indent=1))
        beside.replace(self.state_file)

    def fail(self, what):
        self.failures.append(what)
        print(f"FAILED: {what}", flush=True)


def start(command, folder, environment=None, **more):
    return subprocess.Popen([str(part) for part in command], cwd=folder, env={**os.environ, **(environment or {})},
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            start_new_session=True, **more)


def finish(process, seconds=HANG_S):
    """Status (negative: a signal), output, errors; a hang is killed and told as such."""
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise Failure(f"hangs for {seconds} s") from None
    return process.returncode, out, err


def without_times(text, advised=True):
    """The lines of JSON without what differs from run to run; less can be advised where there is little memory."""
    lines = []
    for line in text.decode(errors="replace").splitlines():
        try:
            record = json.loads(line)
            record.pop("compute_s", None)
            if not advised:
                record.pop("suggestions", None)
            lines.append(json.dumps(record, sort_keys=True))
        except ValueError:
            lines.append(line)
    return lines


def is_json(line):
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def leftovers(folder, known):
    return sorted(entry.name for entry in folder.iterdir() if entry.name not in known)


# --- The n-th allocation, the n-th system call fails ---

KINDS = [("malloc", errno.ENOMEM), ("mmap", errno.ENOMEM), ("open", errno.EMFILE), ("open", errno.EIO),
         ("read", errno.EIO), ("write", errno.ENOSPC), ("write", errno.EIO), ("stat", errno.EIO),
         ("move", errno.ENOSPC), ("pipe", errno.EMFILE), ("start", errno.EAGAIN)]


def fault_cases():
    return {
        "run": (["run", "soak.toml", "--json"], {"soak.toml": SCENARIO}, []),
        "record": (["run", "soak.toml", "--json", "--csv", "record", "--trace", "trace.json"],
                   {"soak.toml": SCENARIO, "trace.json": "old"}, ["record", "trace.json"]),
        "sweep": (["sweep", "sweep.toml", "--json", "--jobs", "1", "--journal", "journal", "-o", "out.json"],
                  {"sweep.toml": SWEEP, "out.json": "old"}, ["journal", "out.json"]),
        "check": (["check", "soak.toml", "--world", "modeled"], {"soak.toml": SCENARIO}, []),
        "limits": (["limits", "soak.toml", "--json"], {"soak.toml": SCENARIO}, []),
        "live": (["run", "live.toml", "--world", "live", "--json"], {"live.toml": LIVE}, []),
    }


def prepare(folder, files):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)


def faults(soak):
    """Every failing call leads to a clear end: never a crash or a hang, and exit 0 only with the right result."""
    part = soak.part("faults")
    with tempfile.TemporaryDirectory(prefix="spawnpoint-soak-") as temporary:
        folder = Path(temporary) / "work"
        for case, (command, files, made) in fault_cases().items():
            if soak.sample and case not in ("run", "sweep", "check"):
                continue
            prepare(folder, files)
            status, right, err = finish(start([soak.run, *command], folder))
            if status != 0:
                raise Failure(f"{case} alone ends with {status}: {err.decode()}")
            right_files = {name: (folder / name).read_bytes() for name in made if (folder / name).is_file()}
            for kind, number in KINDS:
                counted = Path(temporary) / "count"
                prepare(folder, files)
                finish(start([soak.run, *command], folder,
                             {"LD_PRELOAD": soak.inject, "SPAWNPOINT_INJECT": f"{kind} -1 {number}",
                              "SPAWNPOINT_COUNT": counted}))
                calls = int(counted.read_text()) if counted.exists() else 0
                key = f"{case} {kind} {errno.errorcode[number]}"
                begun = part.get(key, 0)
                if soak.sample:
                    drawn = sorted(soak.random.sample(range(1, min(calls, 3000) + 1), min(calls, 6)))
                else:
                    drawn = range(begun + 1, calls + 1)
                for at in drawn:
                    if soak.time_is_over():
                        soak.keep()
                        return
                    one_fault(soak, folder, case, (kind, at, number), right, right_files)
                    part[key] = at if not soak.sample else part.get(key, 0) + 1
                soak.keep()


def one_fault(soak, folder, case, fault, right, right_files):
    command, files, made = fault_cases()[case]
    kind, at, number = fault
    prepare(folder, files)
    what = f"{case} with {kind} {at} failing with {errno.errorcode[number]}"
    try:
        status, out, err = finish(start([soak.run, *command], folder,
                                        {"LD_PRELOAD": soak.inject, "SPAWNPOINT_INJECT": f"{kind} {at} {number}"}))
    except Failure as failure:
        return soak.fail(f"{what}: {failure}")
    if status not in CLEAN:
        soak.fail(f"{what}: ends with {status}: {err.decode(errors='replace')[-300:]}")
    # A live run's times differ. What the machine could not be asked is told and changes what is advised.
    advised = kind not in ("malloc", "mmap")
    if status == 0 and case != "live" and without_times(out, advised) != without_times(right, advised):
        soak.fail(f"{what}: exit 0 with another result")
    for name in made:
        there = folder / name
        if name == "journal" or not there.is_file():
            continue
        # With another status it may be a result that says what is missing, but a whole one.
        text = there.read_bytes()
        whole = status != 0 and text.endswith(b"\n") and all(is_json(line) for line in text.splitlines())
        if text not in (b"old", right_files.get(name)) and not whole:
            soak.fail(f"{what}: {name} is neither old nor new")
    left = [name for name in leftovers(folder, set(files) | set(made)) if not name.startswith("core")]
    if left and status >= 0:
        soak.fail(f"{what}: {left} is left")
    return None


# --- kill -9 at random moments ---

def kills(soak):
    """Files are old or new, a sweep that goes on gives the same, and nothing is left behind."""
    part = soak.part("kills")
    wanted = 20 if soak.sample else 500
    with tempfile.TemporaryDirectory(prefix="spawnpoint-soak-") as temporary:
        folder = Path(temporary) / "work"
        writers = {
            "--trace": (["run", "soak.toml", "--concurrency", "join_all", "--trace", "out"], "out"),
            "sweep -o": (["sweep", "sweep.toml", "--json", "-o", "out"], "out"),
            "machine -o": (["machine", "-o", "out"], "out"),
        }
        files = {"soak.toml": SCENARIO, "sweep.toml": SWEEP}
        for name, (command, made) in writers.items():
            prepare(folder, files)
            began = time.monotonic()
            finish(start([soak.run, *command], folder))
            took = time.monotonic() - began
            new = (folder / made).read_bytes()
            while part.get(name, 0) < wanted and not soak.time_is_over():
                prepare(folder, {**files, made: "old"})
                process = start([soak.run, *command], folder)
                time.sleep(soak.random.uniform(0, took * 1.2))
                process.kill()
                process.communicate()
                there = (folder / made).read_bytes()
                same = there == new or (name == "machine -o" and there.startswith(b"#") == new.startswith(b"#"))
                if there != b"old" and not same:
                    soak.fail(f"{name}: killed, the file is neither old nor new")
                part[name] = part.get(name, 0) + 1
            soak.keep()
        resumed(soak, folder, files, part, wanted)
        live_kills(soak, folder, part, wanted)


def resumed(soak, folder, files, part, wanted):
    prepare(folder, files)
    command = [soak.run, "sweep", "sweep.toml", "--json", "--journal", "journal"]
    _, right, _ = finish(start(command, folder))
    while part.get("sweep resumed", 0) < wanted and not soak.time_is_over():
        prepare(folder, files)
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


def workers_of(session):
    """The processes of live runs in a session, which is that of the program that has started them."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            of = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(of[3]) == session and of[0] != "Z" and b"live-worker" in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except (OSError, IndexError):
            continue
    return found


def live_kills(soak, folder, part, wanted):
    prepare(folder, {"live.toml": LIVE.replace('"exp(mean=10ms)"', '"300ms"')})
    seen = 0
    while part.get("live parent", 0) < wanted and not soak.time_is_over():
        process = start([soak.run, "run", "live.toml", "--world", "live", "--json"], folder)
        time.sleep(soak.random.uniform(0, 0.8))
        seen += len(workers_of(process.pid))
        process.kill()
        process.communicate()
        deadline = time.monotonic() + 10
        while (left := workers_of(process.pid)) and time.monotonic() < deadline:
            time.sleep(0.01)
        if left:
            soak.fail(f"a live run's worker outlives its parent: {left}")
        part["live parent"] = part.get("live parent", 0) + 1
    if part.get("live parent", 0) >= 10 and seen == 0:
        soak.fail("no live run's worker was ever seen: nothing was tried")
    soak.keep()


# --- libFuzzer ---

def fuzzing(soak):
    """Readers of untrusted input: no crash, no hang over a second, no allocation over a gigabyte."""
    if soak.fuzz is None:
        return
    part = soak.part("fuzz")
    targets = sorted(soak.fuzz.glob("fuzz-*"))
    wanted = {target.name: 1_000_000 if target.name == "fuzz-run" else 10_000_000 for target in targets}
    found = soak.state_file.parent / "found"
    found.mkdir(parents=True, exist_ok=True)
    failed = set()

    def grown(target):
        return soak.state_file.parent / "corpus" / target.name

    for target in targets:
        grown(target).mkdir(parents=True, exist_ok=True)
        seeded = subprocess.run([target, "--seeds", grown(target)], capture_output=True, text=True, check=False)
        if seeded.returncode != 0:
            soak.fail(f"{target.name}: its own seeds: {seeded.stderr[-1500:]}")
            failed.add(target)
    # In turns, so that each gets its share of whatever time there is.
    each = 60
    if soak.end:
        each = max(5, min(60, int((soak.end - time.monotonic()) / max(len(targets), 1))))
    while not soak.time_is_over():
        open_targets = [one for one in targets if one not in failed and part.get(one.name, 0) < wanted[one.name]]
        if not open_targets:
            break
        for target in open_targets:
            if soak.time_is_over():
                break
            done = subprocess.run([target, grown(target), f"-max_total_time={each}", "-timeout=1", "-malloc_limit_mb=1024",
                                   "-rss_limit_mb=4096", "-print_final_stats=1",
                                   f"-artifact_prefix={found}/{target.name}-"],
                                  capture_output=True, text=True, errors="replace", check=False)
            executed = [int(line.split()[-1]) for line in done.stderr.splitlines()
                        if "number_of_executed_units" in line]
            part[target.name] = part.get(target.name, 0) + sum(executed)
            soak.keep()
            if done.returncode != 0:
                soak.fail(f"{target.name}: {done.stderr[-1500:]}")
                failed.add(target)


PARTS = {"faults": faults, "kills": kills, "fuzz": fuzzing}


def report(soak):
    print(f"\n{'part':<10}{'what':<34}{'tried':>12}")
    for name, counts in soak.state["parts"].items():
        for what, count in counts.items():
            print(f"{name:<10}{what:<34}{count:>12,}")
    print(f"failures: {len(soak.failures)}")


def main():
    parser = argparse.ArgumentParser(prog="./run soak", description=__doc__.splitlines()[0])
    parser.add_argument("part", nargs="*", choices=[[], *PARTS], help="only these (default: all)")
    parser.add_argument("--minutes", type=float, help="stop after this time (default: when all is done)")
    parser.add_argument("--sample", action="store_true", help="a few of each, for the quick tests; nothing is kept")
    parser.add_argument("--seed", type=int, default=17, help="of what is drawn")
    parser.add_argument("--programs", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--inject", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--fuzz", help=argparse.SUPPRESS)
    parser.add_argument("--state", default=str(ROOT / "build" / "soak" / "state.json"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    soak = Soak(arguments)
    try:
        for name in arguments.part or PARTS:
            if not soak.time_is_over():
                PARTS[name](soak)
    except Failure as failure:
        soak.fail(str(failure))
    except KeyboardInterrupt:
        soak.keep()
        print("stopped; the same command goes on from here")
    report(soak)
    return 1 if soak.failures else 0


if __name__ == "__main__":
    sys.exit(main())
