# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs programs as whole processes, in turns, and gathers what they print and what they took."""

import contextlib
import dataclasses
import json
import os
import shutil
import statistics
import subprocess
import time


@dataclasses.dataclass
class Result:
    """All runs of one program: the values of each metric."""

    runs: list = dataclasses.field(default_factory=list)  # a dict of metrics each
    missing: str = ""  # why it could not run

    def values(self, metric, minus=0.0):
        return [run[metric] - minus for run in self.runs if metric in run]


@dataclasses.dataclass
class Figure:
    median: float
    low: float
    high: float


def figure(values):
    return Figure(statistics.median(values), min(values), max(values)) if values else None


def flatten(prefix, value, metrics):
    if isinstance(value, dict):
        for key, inner in value.items():
            flatten(f"{prefix}.{key}" if prefix else key, inner, metrics)
    elif isinstance(value, (int, float)):
        metrics[prefix] = float(value)


def read_metrics(output):
    """Lines "name=value", JSON objects, one per line, or Google Benchmark's JSON: there the time per item in seconds."""
    metrics = {}
    if output.startswith("{\n"):
        for benchmark in json.loads(output)["benchmarks"]:
            name = benchmark["name"].removesuffix("/real_time")
            metrics[name] = 1.0 / benchmark["items_per_second"]
        return metrics
    for line in output.splitlines():
        if line.startswith("{"):
            flatten("", json.loads(line), metrics)
        elif "=" in line:
            name, _, value = line.partition("=")
            try:
                metrics[name.strip()] = float(value)
            except ValueError:
                pass
    return metrics


@contextlib.contextmanager
def on_quickest_processor():
    """A processor can be half as fast as another for minutes, as when a neighbour's machine uses its other half. A
    program with one thread would run on either by chance."""
    processors = os.sched_getaffinity(0)

    def loop_on(processor):
        os.sched_setaffinity(0, {processor})
        begin = time.perf_counter()
        sum(i * i for i in range(200_000))
        return time.perf_counter() - begin

    try:
        took = {processor: min(loop_on(processor) for _ in range(3)) for processor in processors}
        os.sched_setaffinity(0, {min(took, key=took.get)})
        yield
    finally:
        os.sched_setaffinity(0, processors)


class Measurer:
    def __init__(self, binaries, source, runs, tell):
        self.places = {"bin": f"{binaries}/benchmarks", "programs": f"{binaries}/bin", "source": source}
        self.runs = runs
        self.tell = tell

    def command(self, program, values):
        return [word.format(**{**self.places, **values, **program.values}) for word in program.command]

    def missing(self, program, values):
        if shutil.which(self.command(program, values)[0]) is None:
            return f"not here (package {program.package})" if program.package else "not built"
        if program.requires and subprocess.run(program.requires, capture_output=True).returncode != 0:
            return f"not here (package {program.package})"
        return ""

    def run_once(self, program, values, timeout):
        """A dict of metrics, or a text that says why there is none."""
        read, write = os.pipe()
        # Descriptor 3 is where the launcher reports what the program took.
        command = ["bash", "-c", f'exec 3>&{write} && exec "$@"', "bash", f"{self.places['bin']}/launch",
                   str(timeout), *self.command(program, values)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   pass_fds=[write])
        os.close(write)
        output, errors = process.communicate()
        with os.fdopen(read) as took:
            words = took.read().split()
        if process.returncode != 0:
            last = errors.strip().splitlines()[-1:] or [""]
            return f"failed with status {process.returncode} {last[0]}".strip()
        metrics = dict(zip(("process_s", "process_cpu_s", "peak_memory"), map(float, words)))
        metrics.update(read_metrics(output))
        return metrics

    def self_measured(self, program):
        """What a program prints that measures by itself, and why that is not all, or an empty text."""
        missing = self.missing(program, {})
        if missing:
            return "", f"{program.name}: {missing}"
        self.tell(program.name)
        finished = subprocess.run(self.command(program, {}), capture_output=True, text=True)
        failed = f"{program.name} failed with status {finished.returncode}" if finished.returncode != 0 else ""
        return finished.stdout, failed

    def text(self, program):
        output, failed = self.self_measured(program)
        return f"{failed}\n{output}" if failed else output

    def rows(self, program):
        """Its figures, an array of JSON (see README.md), and why there are none, or an empty text."""
        output, failed = self.self_measured(program)
        return [] if failed else json.loads(output), failed

    def measure(self, programs, values, timeout, one_processor=False):
        """Results by name. The programs take turns, so that what else the machine does hits all alike; those of a turn
        run on one and the same processor if that is wanted."""
        results = {program.name: Result(missing=self.missing(program, values)) for program in programs}
        for number in range(self.runs):
            with on_quickest_processor() if one_processor else contextlib.nullcontext():
                for program in programs:
                    result = results[program.name]
                    if result.missing:
                        continue
                    self.tell(f"{number + 1}/{self.runs} {program.name}")
                    metrics = self.run_once(program, values, timeout)
                    if isinstance(metrics, str):
                        result.missing = metrics
                    else:
                        result.runs.append(metrics)
        return results
