# SPDX-License-Identifier: GPL-3.0-or-later
"""M/M/4 at 90% load in SimPy, each customer a process: simpy_mm4.py CUSTOMERS."""

import random
import sys
import time

import simpy

customers = int(sys.argv[1])
exponential = random.Random(1).expovariate
waited = 0.0


def customer(environment, servers):
    global waited
    arrived = environment.now
    with servers.request() as turn:
        yield turn
        waited += environment.now - arrived
        yield environment.timeout(exponential(1.0))


def source(environment, servers):
    for _ in range(customers):
        yield environment.timeout(exponential(3.6))
        environment.process(customer(environment, servers))


begin = time.process_time()
environment = simpy.Environment()
environment.process(source(environment, simpy.Resource(environment, capacity=4)))
environment.run()
print(f"cpu_s={time.process_time() - begin:.6f}")
print(f"mean_wait_s={waited / customers:.6f}")
