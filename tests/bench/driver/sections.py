# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured, read from sections/*.toml. README.md beside that folder describes the format."""

import dataclasses
import pathlib
import re
import tomllib
from fractions import Fraction


@dataclasses.dataclass(frozen=True)
class Demand:
    """A bound such as "<= 1/15" or ">= 3"."""

    text: str

    def met(self, value):
        relation, bound = re.fullmatch(r"(<=|>=) *([0-9./e-]+)", self.text).groups()
        return value <= float(Fraction(bound)) if relation == "<=" else value >= float(Fraction(bound))


def demand(text):
    return Demand(text) if text else None


@dataclasses.dataclass
class Program:
    name: str
    command: list
    package: str = ""  # what to install where it is not here
    requires: list = dataclasses.field(default_factory=list)  # a command that succeeds where it can run
    note: str = ""
    values: dict = dataclasses.field(default_factory=dict)  # override the case's


@dataclasses.dataclass
class Row:
    """One figure of a case: of our program, and of each peer, with what is required."""

    what: str
    metric: str
    unit: str = ""
    metrics: dict = dataclasses.field(default_factory=dict)  # by program, what it calls the figure
    minus: dict = dataclasses.field(default_factory=dict)  # by program, subtracted from what it prints
    limit: Demand = None  # on our figure
    demands: dict = dataclasses.field(default_factory=dict)  # by peer, on ours divided by the peer's
    peers: list = None  # the peers that it is shown for; all if None


@dataclasses.dataclass
class Case:
    """Programs that do the same thing, run in turns."""

    title: str
    programs: list
    rows: list
    values: dict
    timeout: int = 300
    note: str = ""
    one_processor: bool = False  # the programs have one thread each, and run on the same processor


@dataclasses.dataclass
class Curve:
    """How a figure grows with the size of the problem."""

    what: str
    metric: str
    unit: str = "s"
    per_item: bool = False
    reference: int = 0  # the size that the largest is compared with
    limit: Demand = None  # on the growth
    limits: dict = dataclasses.field(default_factory=dict)  # by size, on the figure


@dataclasses.dataclass
class Growth:
    title: str
    program: str
    sizes: list
    curves: list
    values: dict
    timeout: int = 600
    note: str = ""


@dataclasses.dataclass
class Section:
    name: str
    title: str
    order: int
    about: str
    programs: dict
    cases: list
    growths: list
    self_judged: list  # programs that measure by themselves, each figure against its budget
    texts: list  # programs that measure and print tables of their own


def without(table, *keys):
    return {key: value for key, value in table.items() if key not in keys}


def row(table):
    return Row(**without(table, "limit", "demand"), limit=demand(table.get("limit")),
               demands={peer: demand(text) for peer, text in table.get("demand", {}).items()})


def case(table):
    known = ("title", "programs", "timeout", "note", "one_processor")
    return Case(**{key: table[key] for key in known if key in table}, rows=[row(r) for r in table["row"]],
                values=without(table, *known, "row"))


def curve(table):
    return Curve(**without(table, "limit", "limits"), limit=demand(table.get("limit")),
                 limits={int(size): demand(text) for size, text in table.get("limits", {}).items()})


def growth(table):
    known = ("title", "program", "sizes", "timeout", "note")
    return Growth(**{key: table[key] for key in known if key in table}, curves=[curve(c) for c in table["curve"]],
                  values=without(table, *known, "curve"))


def program(name, table):
    known = ("command", "package", "requires", "note")
    return Program(name, **{key: table[key] for key in known if key in table}, values=without(table, *known))


def read(folder):
    """The sections of the folder, in their order."""
    sections = []
    for path in pathlib.Path(folder).glob("*.toml"):
        try:
            table = tomllib.loads(path.read_text())
            sections.append(Section(path.stem, table["title"], table.get("order", 100), table.get("about", ""),
                                    {n: program(n, p) for n, p in table.get("program", {}).items()},
                                    [case({"one_processor": table.get("one_processor", False)} | c)
                                     for c in table.get("case", [])],
                                    [growth(g) for g in table.get("growth", [])],
                                    table.get("self_judged", []), table.get("texts", [])))
        except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
            raise SystemExit(f"{path}: {type(error).__name__}: {error}")
    return sorted(sections, key=lambda section: (section.order, section.name))
