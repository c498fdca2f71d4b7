// SPDX-License-Identifier: GPL-3.0-or-later
// Closed forms of queueing theory, to check simulations against. Rates are per second, times in seconds.
// Formulas: Kleinrock, "Queueing Systems" I (1975); Gross, Shortle, Thompson, Harris, "Fundamentals" (2008).
#pragma once

#include <optional>
#include <vector>

namespace spawnpoint::queueing {

/// What a queue does in the long run.
struct SteadyState {
  double utilisation = 0.0;     ///< share of the servers' time in which they work
  double waiting_chance = 0.0;  ///< that an admitted customer must wait
  double loss_chance = 0.0;     ///< that a customer finds the system full and leaves
  double throughput = 0.0;      ///< customers served per second
  double queue_length = 0.0;    ///< customers that wait, on average: Lq
  double in_system = 0.0;       ///< and with those in service: L
  double wait = 0.0;            ///< of an admitted customer: Wq
  double response = 0.0;        ///< and with the service: W
  std::vector<double> states;   ///< chance of 0, 1, 2 … in the system; empty where there is no end of them
};

/// The chance that all `servers` are busy where nobody waits. `offered` load is arrival rate x mean service time.
double erlang_b(int servers, double offered);
/// The chance that a customer must wait; 1 from full load on.
double erlang_c(int servers, double offered);

// Where the queue would grow without end there is no steady state: nullopt.
/// Poisson arrivals, exponential service, c servers.
std::optional<SteadyState> mmc(double arrival_rate, double service_time, int servers);
/// The same with room for `capacity` customers, those in service included; customers who arrive then are lost.
SteadyState mmck(double arrival_rate, double service_time, int servers, int capacity);
/// One server and any service time, with coefficient of variation `cv` (Pollaczek and Khinchine).
std::optional<SteadyState> mg1(double arrival_rate, double service_time, double cv);
/// One server, every service takes the same.
std::optional<SteadyState> md1(double arrival_rate, double service_time);
/// A closed system: each of `customers` thinks, then wants one of the servers, then thinks again.
SteadyState closed(int customers, double think_time, double service_time, int servers);

}  // namespace spawnpoint::queueing
