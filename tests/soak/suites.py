# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole suites under the sanitizers and valgrind."""
import shutil
import subprocess

from common import ROOT

VALGRIND = ["valgrind", "-q", "--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=definite"]
SLOW_S = 1800
SKIPPED = 77


def suites(soak):
    part = soak.part("suites")
    for name in ("asan", "tsan"):
        if soak.time_is_over() or part.get(name):
            continue
        try:
            done = subprocess.run([ROOT / "run", name], capture_output=True, text=True, check=False,
                                  timeout=soak.time_left(24 * 3600))
        except subprocess.TimeoutExpired:
            return
        if done.returncode != 0:
            soak.fail(f"./run {name}: {(done.stdout + done.stderr)[-1500:]}")
        else:
            part[name] = 1
        soak.keep()
    for suite in ("core", "models", "fuzz"):
        under_valgrind(soak, part, suite)


def cases_of(program):
    """Their names. Catch2 2 has a list of names alone, Catch2 3 another one."""
    for arguments in (["--list-test-names-only"], ["--list-tests", "--verbosity", "quiet"]):
        listed = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
        if cases := [line.strip() for line in listed.stdout.splitlines() if line.strip()]:
            return cases
    return []


def under_valgrind(soak, part, suite):
    """Case by case, so that it goes on where it was stopped."""
    program = soak.run.parent / f"{suite}_tests"
    if shutil.which("valgrind") is None or not program.exists():
        soak.fail(f"valgrind or {program} is not there")
        return
    cases = cases_of(program)
    if not cases:
        soak.fail(f"{program} lists no cases")
    key = f"valgrind: {suite}"
    for case in cases[part.get(key, 0):]:
        if soak.time_is_over():
            return
        name = case.replace("\\", "\\\\").replace(",", "\\,").replace("[", "\\[")
        try:
            done = subprocess.run([*VALGRIND, program, name], capture_output=True, text=True, errors="replace",
                                  timeout=soak.time_left(SLOW_S), check=False)
            if done.returncode not in (0, SKIPPED):
                soak.fail(f"valgrind: {suite}: {case}: {done.returncode}: {(done.stdout + done.stderr)[-1500:]}")
        except subprocess.TimeoutExpired:
            if soak.time_is_over():
                return
            soak.fail(f"valgrind: {suite}: {case}: not done in {SLOW_S} s")
        part[key] = part.get(key, 0) + 1
        soak.keep()
