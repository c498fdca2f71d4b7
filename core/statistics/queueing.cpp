// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/statistics/queueing.hpp"

#include <algorithm>
#include <stdexcept>

namespace spawnpoint::queueing {
namespace {

void require(bool condition, const char* otherwise) {
  if (!condition) throw std::invalid_argument{otherwise};
}

// The chances of the states of a birth and death process, from the ratios of neighbours.
template <typename Ratio>
std::vector<double> birth_death(int last, Ratio ratio) {
  std::vector<double> weights{1.0};
  double sum = 1.0;
  for (int n = 1; n <= last; ++n) {
    weights.push_back(weights.back() * ratio(n));
    sum += weights.back();
    if (sum > 1e200) {  // only their ratios matter
      for (double& w : weights) w /= sum;
      sum = 1.0;
    }
  }
  for (double& w : weights) w /= sum;
  return weights;
}

void add_up_states(SteadyState& s, int servers) {
  double busy = 0.0;
  for (std::size_t i = 0; i < s.states.size(); ++i) {
    const int n = static_cast<int>(i);
    s.in_system += n * s.states[i];
    s.queue_length += std::max(0, n - servers) * s.states[i];
    busy += std::min(n, servers) * s.states[i];
  }
  s.utilisation = busy / servers;
}

}  // namespace

double erlang_b(int servers, double offered) {
  require(servers >= 0 && offered >= 0.0, "Erlang's formulas need a load and servers that are not negative");
  double blocked = 1.0;
  for (int n = 1; n <= servers; ++n) blocked = offered * blocked / (n + offered * blocked);
  return blocked;
}

double erlang_c(int servers, double offered) {
  if (offered >= servers) return 1.0;
  const double blocked = erlang_b(servers, offered);
  return blocked / (1.0 - offered / servers * (1.0 - blocked));
}

std::optional<SteadyState> mmc(double arrival_rate, double service_time, int servers) {
  require(arrival_rate >= 0.0 && service_time > 0.0 && servers >= 1, "M/M/c needs a service time and a server");
  const double offered = arrival_rate * service_time;
  if (offered >= servers) return std::nullopt;
  SteadyState s;
  s.utilisation = offered / servers;
  s.waiting_chance = erlang_c(servers, offered);
  s.throughput = arrival_rate;
  s.wait = s.waiting_chance * service_time / (servers - offered);
  s.response = s.wait + service_time;
  s.queue_length = arrival_rate * s.wait;
  s.in_system = arrival_rate * s.response;
  return s;
}

SteadyState mmck(double arrival_rate, double service_time, int servers, int capacity) {
  require(arrival_rate >= 0.0 && service_time > 0.0 && servers >= 1, "M/M/c/K needs a service time and a server");
  require(capacity >= servers, "M/M/c/K needs room for at least those in service");
  const double offered = arrival_rate * service_time;
  SteadyState s;
  s.states = birth_death(capacity, [&](int n) { return offered / std::min(n, servers); });
  add_up_states(s, servers);
  s.loss_chance = s.states.back();
  s.throughput = arrival_rate * (1.0 - s.loss_chance);
  if (s.throughput > 0.0) {
    for (int n = servers; n < capacity; ++n) s.waiting_chance += s.states[static_cast<std::size_t>(n)];
    s.waiting_chance /= 1.0 - s.loss_chance;
    s.wait = s.queue_length / s.throughput;
  }
  s.response = s.wait + service_time;
  return s;
}

std::optional<SteadyState> mg1(double arrival_rate, double service_time, double cv) {
  require(arrival_rate >= 0.0 && service_time > 0.0 && cv >= 0.0, "M/G/1 needs a service time");
  const double load = arrival_rate * service_time;
  if (load >= 1.0) return std::nullopt;
  SteadyState s;
  s.utilisation = load;
  s.waiting_chance = load;  // Poisson arrivals see time averages
  s.throughput = arrival_rate;
  s.wait = load * service_time * (1.0 + cv * cv) / (2.0 * (1.0 - load));
  s.response = s.wait + service_time;
  s.queue_length = arrival_rate * s.wait;
  s.in_system = arrival_rate * s.response;
  return s;
}

std::optional<SteadyState> md1(double arrival_rate, double service_time) {
  return mg1(arrival_rate, service_time, 0.0);
}

SteadyState closed(int customers, double think_time, double service_time, int servers) {
  require(customers >= 0 && servers >= 1, "a closed system needs a server");
  require(think_time > 0.0 && service_time > 0.0, "a closed system needs times to think and to serve");
  SteadyState s;
  s.states = birth_death(
      customers, [&](int n) { return (customers - n + 1) * service_time / (think_time * std::min(n, servers)); });
  add_up_states(s, servers);
  s.throughput = s.utilisation * servers / service_time;
  if (s.throughput > 0.0) {
    s.wait = s.queue_length / s.throughput;
    // An arriving customer sees a system of the others (arrival theorem): weigh the states by their rate of arrivals.
    double arrivals = 0.0;
    double must_wait = 0.0;
    for (int n = 0; n < customers; ++n) {
      const double rate = (customers - n) * s.states[static_cast<std::size_t>(n)];
      arrivals += rate;
      if (n >= servers) must_wait += rate;
    }
    s.waiting_chance = must_wait / arrivals;
  }
  s.response = s.wait + service_time;
  return s;
}

}  // namespace spawnpoint::queueing
