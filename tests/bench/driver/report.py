# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables for people: one line per program and figure; and plots of growth, in text."""

import math

UNITS = {
    "s": [(1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns")],
    "bytes": [(2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"), (1, "B")],
    "/s": [(1e6, "M/s"), (1e3, "k/s"), (1, "/s")],
}


def scale(value, unit):
    if unit not in UNITS:
        return 1.0, unit
    for size, name in UNITS[unit]:
        if abs(value) >= size:
            return size, name
    return UNITS[unit][-1]


def number(value):
    return f"{value:.0f}" if abs(value) >= 99.95 else f"{value:.3g}"


def quantity(value, unit):
    size, name = scale(value, unit)
    return f"{number(value / size)} {name}".strip()


def spread(figure, unit):
    size, _ = scale(figure.median, unit)
    return f"{number(figure.low / size)} .. {number(figure.high / size)}"


def ratio(value):
    return f"1/{1 / value:.1f}" if 0 < value < 0.4 else f"{value:.2f}"


def demand_text(text, unit):
    """The bound with its unit: "<= 0.25" of seconds is "<= 250 ms"."""
    relation, _, bound = text.partition(" ")
    return f"{relation} {quantity(float(bound), unit)}" if unit else text


HEADER = ["what", "program", "median", "spread", "ours/its", "required", "verdict"]


def lines_of_table(cells, markdown):
    if markdown:
        yield "| " + " | ".join(HEADER) + " |"
        yield "|" + " --- |" * len(HEADER)
        for line in cells:
            yield "| " + " | ".join(line) + " |"
        return
    widths = [max(len(line[i]) for line in [HEADER, *cells]) for i in range(len(HEADER))]
    for line in [HEADER, ["-" * width for width in widths], *cells]:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()


def case_lines(case, markdown):
    cells = []
    for row in case["rows"]:
        for i, entry in enumerate(row["entries"]):
            figure = entry["figure"]
            cells.append([
                row["what"] if i == 0 else "",
                entry["program"],
                quantity(figure.median, row["unit"]) if figure else entry["missing"],
                spread(figure, row["unit"]) if figure else "",
                ratio(entry["ratio"]) if entry["ratio"] is not None else "",
                (demand_text(entry["demand"], row["unit"] if i == 0 else "") if entry["demand"] else ""),
                entry["verdict"],
            ])
    yield ("### " if markdown else "") + case["title"] + (f" ({case['note']})" if case["note"] else "")
    if markdown:
        yield ""
    yield from lines_of_table(cells, markdown)
    yield ""


def growth_lines(growth, markdown):
    yield ("### " if markdown else "") + growth["title"] + (f" ({growth['note']})" if growth["note"] else "")
    yield "" if not markdown else "\n```"
    for curve in growth["curves"]:
        points = [p for p in curve["points"] if p["figure"]]
        verdict = f"; grows {curve['growth']:.2f}-fold from {curve['reference']:,} on" if curve["growth"] else ""
        if curve["demand"]:
            verdict += f", required {curve['demand']}: {curve['verdict']}"
        yield f"{curve['what']}{' (per item)' if curve['per_item'] else ''}{verdict}"
        if not points:
            yield f"  {curve['missing']}"
            continue
        # A linear axis for costs per item, which should be flat; a logarithmic one for totals.
        largest = max(p["figure"].median for p in points)
        smallest = min(p["figure"].median for p in points)
        for p in points:
            value = p["figure"].median
            share = value / largest if curve["per_item"] or smallest <= 0 else (
                (1 + math.log(value / smallest)) / (1 + math.log(largest / smallest)))
            required = f"  required {demand_text(p['demand'], curve['unit'])}: {p['verdict']}" if p["demand"] else ""
            yield (f"  {p['size']:>12,}  {quantity(value, curve['unit']):>9}  "
                   f"{'#' * max(1, round(40 * share)):40}  {spread(p['figure'], curve['unit'])}{required}")
    yield "" if not markdown else "```\n"


def section_lines(section, markdown):
    yield f"## {section['title']}" if markdown else f"{section['title']}\n{'=' * len(section['title'])}"
    if section["about"]:
        yield section["about"].strip()
    yield ""
    for case in section["cases"]:
        yield from case_lines(case, markdown)
    for growth in section["growths"]:
        yield from growth_lines(growth, markdown)
    for text in section["texts"]:
        yield f"```\n{text}\n```" if markdown else text


def verdicts(sections):
    """How many demands are met, short, and not judged because a program is not here."""
    counted = {"met": 0, "short": 0, "not judged": 0}
    for section in sections:
        judged = [entry for case in section["cases"] for row in case["rows"] for entry in row["entries"]]
        for growth in section["growths"]:
            for curve in growth["curves"]:
                judged += [curve, *curve["points"]]
        for entry in judged:
            if entry["demand"]:
                counted[entry["verdict"] if entry["verdict"] in counted else "not judged"] += 1
    return counted
