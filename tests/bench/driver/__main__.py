# SPDX-License-Identifier: GPL-3.0-or-later
"""./run bench: runs our programs and the peers', and prints one table per section."""

import argparse
import dataclasses
import datetime
import json
import pathlib
import platform
import re
import subprocess
import sys

import measure
import report
import sections as data

HERE = pathlib.Path(__file__).resolve().parent.parent


def judge(demand, value):
    if demand is None:
        return ""
    if value is None:
        return "not judged"
    return "met" if demand.met(value) else "short"


def run_case(case, programs, measurer):
    """The first program is ours."""
    results = measurer.measure([programs[name] for name in case.programs], case.values, case.timeout,
                               case.one_processor)
    rows = []
    for row in case.rows:
        entries = []
        ours = None
        for i, name in enumerate(case.programs):
            if i > 0 and row.peers is not None and name not in row.peers:
                continue
            result = results[name]
            values = result.values(row.metrics.get(name, row.metric), row.minus.get(name, 0.0))
            figure = measure.figure(values)
            quotient = None
            if i == 0:
                ours, demand, judged = figure, row.limit, figure and figure.median
            else:
                if ours and figure and figure.median > 0:
                    quotient = ours.median / figure.median
                demand, judged = row.demands.get(name), quotient
            entries.append({"program": name, "figure": figure, "missing": result.missing or "no such figure",
                            "ratio": quotient, "demand": demand.text if demand else "",
                            "verdict": judge(demand, judged), "runs": values})
        rows.append({"what": row.what, "unit": row.unit, "entries": entries})
    return {"title": case.title, "note": case.note, "rows": rows}


def run_growth(growth, programs, measurer, quick):
    program = programs[growth.program]
    sizes = growth.sizes[:-1] if quick and len(growth.sizes) > 2 else growth.sizes
    results = {}
    by_command = {}  # one run may give the figures of all sizes
    for size in sizes:
        values = {**growth.values, "size": size}
        command = tuple(measurer.command(program, values))
        if command not in by_command:
            by_command[command] = measurer.measure([program], values, growth.timeout)[program.name]
        results[size] = by_command[command]
    curves = []
    for curve in growth.curves:
        points = []
        for size, result in results.items():
            items = size if curve.per_item else 1
            values = [value / items for value in result.values(curve.metric.format(size=size))]
            figure = measure.figure(values)
            demand = curve.limits.get(size)
            points.append({"size": size, "figure": figure, "demand": demand.text if demand else "", "runs": values,
                           "verdict": judge(demand, figure and figure.median)})
        first = next((p for p in points if p["size"] == (curve.reference or sizes[0])), None)
        last = points[-1]["figure"]
        grown = last.median / first["figure"].median if first and first["figure"] and last else None
        curves.append({"what": curve.what, "unit": curve.unit, "per_item": curve.per_item, "points": points,
                       "reference": curve.reference or sizes[0], "growth": grown,
                       "missing": next((r.missing for r in results.values() if r.missing), "no such figure"),
                       "demand": curve.limit.text if curve.limit else "", "verdict": judge(curve.limit, grown)})
    return {"title": growth.title, "note": growth.note, "curves": curves}


def self_judged_cases(program, measurer):
    """A case for each section that the program reports."""
    rows, failed = measurer.rows(program)
    if failed:
        entry = {"program": program.name, "figure": None, "missing": failed, "ratio": None, "demand": "its budgets",
                 "verdict": "not judged", "runs": 0}
        return [{"title": program.name, "note": "", "rows": [{"what": "all", "unit": "", "entries": [entry]}]}]
    cases = {}
    for row in rows:
        title = row["section"]
        case = cases.setdefault(title, {"title": title, "note": "", "rows": []})
        if "note" in row:
            case["note"] = f"{case['note']}; {row['note']}".removeprefix("; ")
            continue
        once = row["runs"] == 1
        figure = measure.Figure(row["median"], row["median"] if once else row["least"],
                                row["median"] if once else row["most"])
        budget = row.get("budget")
        entry = {"program": program.name, "figure": figure, "missing": "", "ratio": None,
                 "demand": f"<= {budget:g}" if budget else "", "verdict": "", "runs": row["runs"]}
        if budget:
            entry["verdict"] = "met" if row["met"] else "short"
        case["rows"].append({"what": row["what"], "unit": row["unit"], "entries": [entry]})
    return list(cases.values())


def first_line(command):
    try:
        return subprocess.run(command, capture_output=True, text=True).stdout.splitlines()[0]
    except (OSError, IndexError):
        return ""


def machine():
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text())
    huge = pathlib.Path("/sys/kernel/mm/transparent_hugepage/enabled")
    return {"date": datetime.date.today().isoformat(), "cpu": cpu.group(1) if cpu else platform.machine(),
            "cpus": len(re.findall(r"^processor", pathlib.Path("/proc/cpuinfo").read_text(), re.M)),
            "memory_gib": round(int(memory.group(1)) / 2**20, 1) if memory else None,
            "kernel": platform.release(), "compiler": first_line(["c++", "--version"]),
            "huge_pages": huge.read_text().strip() if huge.exists() else "none",
            "load": pathlib.Path("/proc/loadavg").read_text().split()[0]}


def main():
    sections = data.read(HERE / "sections")
    parser = argparse.ArgumentParser(prog="./run bench", description="Measures Spawnpoint against its peers.")
    parser.add_argument("section", nargs="*", help=f"only these: {', '.join(s.name for s in sections)}")
    parser.add_argument("--quick", action="store_true", help="two runs of each instead of five, without the largest")
    parser.add_argument("--runs", type=int, help="this many runs of each")
    parser.add_argument("--json", action="store_true", help="print everything, with each single run, as JSON")
    parser.add_argument("--markdown", action="store_true", help="print the tables in Markdown")
    parser.add_argument("--only", metavar="TEXT", default="", help="only cases whose title contains this")
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    arguments = parser.parse_args()

    unknown = set(arguments.section) - {s.name for s in sections}
    if unknown:
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    if arguments.section:
        sections = [s for s in sections if s.name in arguments.section]

    state = {"where": ""}
    interactive = sys.stderr.isatty()

    def tell(what):
        if interactive:
            print(f"\r\033[K{state['where']}: {what}", end="", file=sys.stderr, flush=True)

    runs = arguments.runs or (2 if arguments.quick else 5)
    measurer = measure.Measurer(arguments.build, str(HERE), runs, tell)
    here = machine()
    if not arguments.json:
        print(f"{here['date']}, {here['cpu']}, {here['cpus']} cpus, {here['memory_gib']} GiB, Linux {here['kernel']}, "
              f"{here['compiler']}, huge pages {here['huge_pages']}, load {here['load']}; {runs} runs, medians\n")
    done = []
    stopped = False
    try:
        for section in sections:
            wanted = [x for x in section.cases if arguments.only in x.title]
            growths = [x for x in section.growths if arguments.only in x.title]
            if arguments.only and not wanted and not growths:
                continue
            self_judged, texts = ([], []) if arguments.only else (section.self_judged, section.texts)
            finished = {"name": section.name, "title": section.title, "about": section.about, "cases": [],
                        "growths": [], "texts": []}
            done.append(finished)
            for case in wanted:
                state["where"] = f"{section.name}, {case.title}"
                finished["cases"].append(run_case(case, section.programs, measurer))
            for growth in growths:
                state["where"] = f"{section.name}, {growth.title}"
                finished["growths"].append(run_growth(growth, section.programs, measurer, arguments.quick))
            for name in self_judged:
                state["where"] = section.name
                finished["cases"] += self_judged_cases(section.programs[name], measurer)
            for name in texts:
                state["where"] = section.name
                finished["texts"].append(measurer.text(section.programs[name]))
            if interactive:
                print("\r\033[K", end="", file=sys.stderr, flush=True)
            if not arguments.json:
                print("\n".join(report.section_lines(finished, arguments.markdown)), flush=True)
    except KeyboardInterrupt:  # what has been measured by then is printed
        stopped = True
        print(f"\nstopped in {state['where']}", file=sys.stderr)
        if done and not arguments.json:
            print("\n".join(report.section_lines(done[-1], arguments.markdown)), flush=True)
    counted = report.verdicts(done)
    if arguments.json:
        print(json.dumps({"machine": here, "runs": runs, "stopped": stopped, "demands": counted, "sections": done},
                         indent=1, default=dataclasses.asdict))
    else:
        print(f"Demands: {counted['met']} met, {counted['short']} short, {counted['not judged']} not judged "
              "(a program is not here, or failed).")
    return 130 if stopped else 0


sys.exit(main())
