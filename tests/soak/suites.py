# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole suites under the sanitizers and valgrind."""
import os
import shutil
import subprocess

from common import ROOT

VALGRIND = ["valgrind", "-q", "--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=definite"]
SLOW_S = 1800


def suites(soak):
    part = soak.part("suites")
    for name in ("asan", "tsan"):
        if soak.time_is_over() or part.get(name):
            continue
        done = subprocess.run([ROOT / "run", name], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            soak.fail(f"./run {name}: {(done.stdout + done.stderr)[-1500:]}")
        else:
            part[name] = 1
        soak.keep()
    for suite in ("core", "models", "fuzz"):
        under_valgrind(soak, part, suite)


def under_valgrind(soak, part, suite):
    """Case by case, so that it goes on where it was stopped."""
    program = soak.run.parent / f"{suite}_tests"
    if shutil.which("valgrind") is None or not program.exists():
        soak.fail(f"valgrind or {program} is not there")
        return
    listed = subprocess.run([program, "--list-test-names-only"], capture_output=True, text=True, check=False)
    cases = [line for line in listed.stdout.splitlines() if line.strip()]
    key = f"valgrind: {suite}"
    for case in cases[part.get(key, 0):]:
        if soak.time_is_over():
            return
        name = case.replace("\\", "\\\\").replace(",", "\\,").replace("[", "\\[")
        try:
            done = subprocess.run([*VALGRIND, program, name], capture_output=True, text=True, errors="replace",
                                  timeout=SLOW_S, check=False, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"})
            if done.returncode == 99:
                soak.fail(f"valgrind: {suite}: {case}: {done.stderr[-1500:]}")
        except subprocess.TimeoutExpired:
            print(f"valgrind: {suite}: {case}: not done in {SLOW_S} s")
        part[key] = part.get(key, 0) + 1
        soak.keep()
