#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The long proofs: what no quick test can show. Started by ./run soak; goes on where it was stopped.

Each part looks for one kind of failure and counts what it has tried. The counts are kept in a file, so that a part goes
on where it ended, today or in a month. A version of the programs that differs begins anew, except that the inputs of
`fuzz` are counted on: what was found worth keeping is tried again first.
"""
import argparse
import resource
import sys
import traceback

from builds import builds
from common import ROOT, Failure, Soak, added_up
from faults import faults
from fuzzing import fuzzing
from kills import kills
from many_runs import many_runs
from places import places
from suites import suites

PARTS = {"faults": faults, "kills": kills, "places": places, "runs": many_runs, "fuzz": fuzzing, "builds": builds,
         "suites": suites}


def report(soak):
    print(f"\n{'part':<10}{'what':<34}{'tried':>14}{'by all versions':>18}")
    tried = added_up(soak.state["before"], soak.state["parts"])
    for name, counts in {**tried, **soak.state["parts"]}.items():
        for what, count in {**tried.get(name, {}), **counts}.items():
            now = soak.state["parts"].get(name, {}).get(what, 0)
            in_all = tried.get(name, {}).get(what, 0)
            print(f"{name:<10}{what:<34}{'not here' if now is None else f'{now:,}':>14}{f'{in_all:,}':>18}")
    for failure in soak.state["failures"]:
        print(f"failed: {failure.splitlines()[0]}")
    print(f"failures: {len(soak.state['failures'])}" + (f" (--seed {soak.seed})" if soak.sample else ""))


def main():
    parser = argparse.ArgumentParser(prog="./run soak", description=__doc__.splitlines()[0])
    parser.add_argument("part", nargs="*", metavar="PART", help=f"only these of {', '.join(PARTS)} (default: all)")
    parser.add_argument("--minutes", type=float, help="stop after this time (default: when all is done)")
    parser.add_argument("--sample", action="store_true", help="a few of each, for the quick tests; nothing is kept")
    parser.add_argument("--seed", type=int, help="of what is drawn (default: follows from the program)")
    parser.add_argument("--programs", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--inject", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--fuzz", help=argparse.SUPPRESS)
    parser.add_argument("--state", default=str(ROOT / "build" / "soak" / "state.json"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if unknown := set(arguments.part) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    soak = Soak(arguments)
    for name in arguments.part or PARTS:
        if soak.time_is_over():
            break
        try:
            PARTS[name](soak)
        except Failure as failure:
            soak.fail(f"{name}: {failure}")
        except KeyboardInterrupt:
            print("stopped; the same command goes on from here")
            break
        except Exception:  # What is found may be of a kind that nobody thought of.
            soak.fail(f"{name}: {traceback.format_exc()}")
        finally:
            soak.keep()
    report(soak)
    return 1 if soak.state["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
