# SPDX-License-Identifier: GPL-3.0-or-later
"""libFuzzer on every reader of untrusted input."""
import subprocess
import time


TIMED_OUT = 70  # libFuzzer's -timeout_exitcode


def hangs(target, found):
    """Whether an input that took more than a second does so by its own processor time, too; forgets those that don't."""
    slow = False
    for artifact in found.glob(f"{target.name}-timeout-*"):
        again = subprocess.run(["prlimit", "--cpu=2", target, artifact, "-timeout=600"], capture_output=True, check=False)
        if again.returncode == 0:
            artifact.unlink()
        slow = slow or again.returncode != 0
    return slow


def fuzzing(soak):
    """Readers of untrusted input: no crash, no hang over a second, no allocation over a gigabyte."""
    part = soak.part("fuzz")
    targets = sorted(soak.fuzz.glob("fuzz-*")) if soak.fuzz else []
    if not targets:
        return soak.fail("fuzz: its programs are not there")
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
    def turn():
        return 60 if soak.end is None else max(5, min(60, int((soak.end - time.monotonic()) / len(targets))))

    while not soak.time_is_over():
        open_targets = [one for one in targets if one not in failed and soak.in_all("fuzz", one.name) < wanted[one.name]]
        if not open_targets:
            break
        for target in open_targets:
            if soak.time_is_over():
                break
            done = subprocess.run([target, grown(target), f"-max_total_time={turn()}", "-timeout=1", "-malloc_limit_mb=1024",
                                   "-rss_limit_mb=4096", "-print_final_stats=1",
                                   f"-artifact_prefix={found}/{target.name}-"],
                                  capture_output=True, text=True, errors="replace", check=False)
            executed = [int(line.split()[-1]) for line in done.stderr.splitlines()
                        if "number_of_executed_units" in line]
            part[target.name] = part.get(target.name, 0) + sum(executed)
            soak.keep()
            if done.returncode == TIMED_OUT and not hangs(target, found):
                continue  # Somebody else had the processor.
            if done.returncode != 0:
                soak.fail(f"{target.name}: {done.stderr[-1500:]}")
                failed.add(target)
    return None
