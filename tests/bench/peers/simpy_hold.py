# SPDX-License-Identifier: GPL-3.0-or-later
"""The hold benchmark in SimPy: simpy_hold.py PROCESSES EVENTS."""

import random
import sys
import time

import simpy

processes, events = int(sys.argv[1]), int(sys.argv[2])
exponential = random.Random(1).expovariate
counted = 0


class Enough(Exception):
    pass


def process(environment):
    global counted, begin
    while True:
        counted += 1
        if counted == 3 * processes:
            begin = time.process_time()
        elif counted == 3 * processes + events:
            print(f"events_per_second={events / (time.process_time() - begin):.0f}")
            raise Enough
        yield environment.timeout(exponential(1.0))


environment = simpy.Environment()
for _ in range(processes):
    environment.process(process(environment))
try:
    environment.run()
except Enough:
    pass
