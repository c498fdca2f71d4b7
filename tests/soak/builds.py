# SPDX-License-Identifier: GPL-3.0-or-later
"""The same records by every build: compilers, with and without optimization, with sanitizers."""
import os
import re
import shutil
import subprocess

from common import ROOT

EXPECTED = ROOT / "tests" / "scenarios" / "fingerprints.txt"
BUILDS = {
    "g++ -O0": ("g++", "Debug", ""),
    "g++ -O3": ("g++", "Release", ""),
    "clang++ -O0": ("clang++-19", "Debug", ""),
    "clang++ -O3": ("clang++-19", "Release", ""),
    "g++ with sanitizers": ("g++", "RelWithDebInfo", "address,undefined"),
}


def records_of(run, wanted):
    """The lines of --fingerprint for what `wanted` has; the scenarios that are about this host, on a named machine."""
    lines = []
    for file in sorted({line.split("  ")[1] for line in wanted}):
        about = (ROOT / "scenarios" / file).read_text()
        named = [] if re.search(r'^profile = "(?!host")', about, re.MULTILINE) else ["--set", "machine.profile=laptop-8g"]
        done = subprocess.run([run, "run", ROOT / "scenarios" / file, "--fingerprint", *named], capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            lines.append(f"{file} ends with {done.returncode}: {done.stderr[-300:]}")
        lines += [line.replace(f"{ROOT / 'scenarios'}/", "") for line in done.stdout.splitlines()]
    return lines


def builds(soak):
    part = soak.part("builds")
    wanted = EXPECTED.read_text().splitlines()
    for name, (compiler, kind, sanitizers) in BUILDS.items():
        if soak.time_is_over():
            return
        if part.get(name):
            continue
        if shutil.which(compiler) is None:
            soak.fail(f"{compiler} is not there")
            continue
        folder = ROOT / "build" / "soak" / name.replace(" ", "").replace("+", "p")
        configure = ["cmake", "-S", ROOT, "-B", folder, "-G", "Ninja", f"-DCMAKE_BUILD_TYPE={kind}",
                     f"-DCMAKE_CXX_COMPILER={compiler}", f"-DSPAWNPOINT_SANITIZE={sanitizers}", "-DSPAWNPOINT_GUI=OFF",
                     "-DSPAWNPOINT_TESTS=OFF"]
        if shutil.which("ccache"):
            configure.append("-DCMAKE_CXX_COMPILER_LAUNCHER=ccache")
        jobs = os.environ.get("JOBS", str(os.cpu_count()))
        for step in (configure, ["cmake", "--build", folder, "-j", jobs, "--target", "spawnpoint-run"]):
            done = subprocess.run(step, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                soak.fail(f"{name} cannot be built: {(done.stdout + done.stderr)[-600:]}")
                break
        else:
            other = set(wanted) ^ set(records_of(folder / "bin" / "spawnpoint-run", wanted))
            if other:
                soak.fail(f"{name} gives other records: {sorted(other)[:4]}")
            part[name] = len(wanted)
        soak.keep()
