# SPDX-License-Identifier: GPL-3.0-or-later
"""Many runs in one process of the app: it keeps no memory and no descriptor of those that are gone."""
import json

from common import LIVE, finish, prepare, start, work_folder

MOST_GROWTH = 1.05
RUNS = 2000


def many_runs(soak):
    if not soak.has_app():
        return
    part = soak.part("runs")
    wanted = 40 if soak.sample else RUNS
    if part.get("in one app process", 0) >= wanted:
        return
    with work_folder() as folder:
        prepare(folder, {"live.toml": LIVE})
        process = start([soak.soak_app, "runs", "live.toml", wanted], folder)
        status, out, err = finish(process, seconds=soak.time_left(3600))
        if status != 0:
            return soak.fail(f"the app ended with {status}: {err.decode(errors='replace')[-300:]}")
        told = json.loads(out)
        early, late = told["resident"]
        if late > early * MOST_GROWTH:
            soak.fail(f"{wanted} runs: memory grows from {early:,} to {late:,} bytes")
        if told["descriptors"][1] > told["descriptors"][0]:
            soak.fail(f"{wanted} runs: descriptors grow from {told['descriptors'][0]} to {told['descriptors'][1]}")
        part["in one app process"] = wanted
        print(f"{wanted:,} runs: {early:,} bytes after {told['first']}, {late:,} at the end")
    soak.keep()
    return None
