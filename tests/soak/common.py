# SPDX-License-Identifier: GPL-3.0-or-later
"""What all parts of ./run soak share: the programs, the time that is left, the counts, and how a program is started."""
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
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


def added_up(counts, more):
    """Of two tables of parts."""
    sums = {part: dict(of_part) for part, of_part in counts.items()}
    for part, of_part in more.items():
        for what, count in of_part.items():
            if isinstance(count, int):
                sums.setdefault(part, {})[what] = sums.get(part, {}).get(what, 0) + count
    return sums


class Soak:
    """The programs, the time, the counts."""

    def __init__(self, arguments):
        programs = Path(arguments.programs).resolve()
        self.run = programs / "spawnpoint-run"
        self.app = programs / "spawnpoint"
        self.soak_app = programs / "soak_app"
        self.inject = Path(arguments.inject).resolve()
        self.fuzz = Path(arguments.fuzz).resolve() if arguments.fuzz else None
        self.end = None if arguments.minutes is None else time.monotonic() + arguments.minutes * 60
        self.sample = arguments.sample
        self.state_file = Path(arguments.state)
        digest = hashlib.sha256()
        for program in (self.run, self.app, self.soak_app, *sorted(self.fuzz.glob("fuzz-*") if self.fuzz else [])):
            if program.exists():
                digest.update(program.read_bytes())
        version = digest.hexdigest()[:16]
        # Another sample with each version of the program.
        self.seed = arguments.seed if arguments.seed is not None else int(version, 16)
        self.random = random.Random(self.seed)
        # "before": what older versions of the programs have tried.
        self.state = {"version": version, "parts": {}, "failures": [], "before": {}}
        if self.sample:
            return
        try:
            kept = json.loads(self.state_file.read_text())
            if kept["version"] == version:
                self.state = {"before": {}, **kept}
            else:
                self.state["before"] = added_up(kept.get("before", {}), kept["parts"])
        except (OSError, ValueError, KeyError):
            pass
        # What was drawn before is not drawn again.
        self.random = random.Random(f"{self.seed} {json.dumps(self.state)}")

    def time_is_over(self):
        return self.end is not None and time.monotonic() > self.end

    def time_left(self, most):
        """In seconds, but at most this."""
        return most if self.end is None else max(1.0, min(most, self.end - time.monotonic()))

    def part(self, name):
        return self.state["parts"].setdefault(name, {})

    def in_all(self, part, what):
        """With what older versions have tried."""
        return self.part(part).get(what, 0) + self.state["before"].get(part, {}).get(what, 0)

    def keep(self):
        if self.sample:
            return
        self.state_file.parent.mkdir(parents=True, exist_ok=True)
        beside = self.state_file.with_suffix(".new")
        beside.write_text(json.dumps(self.state, indent=1))
        beside.replace(self.state_file)

    def fail(self, what):
        self.state["failures"].append(what)
        print(f"FAILED: {what}", flush=True)
        self.keep()

    def has_app(self):
        return self.soak_app.exists() and self.app.exists()


def start(command, folder, environment=None, **more):
    own = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    # Settings and calibrations of its own: those of whoever runs this stay as they are.
    own.update({"QT_QPA_PLATFORM": "offscreen", "HOME": str(folder)})
    return subprocess.Popen([str(part) for part in command], cwd=folder, env={**own, **(environment or {})},
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
    except BaseException:
        # It has a session of its own, which Ctrl-C does not reach.
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    return process.returncode, out, err


def prepare(folder, files):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)


@contextmanager
def work_folder():
    with tempfile.TemporaryDirectory(prefix="spawnpoint-soak-") as temporary:
        # Others may have to get in.
        os.chmod(temporary, 0o755)
        yield Path(temporary) / "work"


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


def workers_left(session, seconds=10):
    """Those that are still there some time after the program's end."""
    deadline = time.monotonic() + seconds
    while (left := workers_of(session)) and time.monotonic() < deadline:
        time.sleep(0.01)
    return left
