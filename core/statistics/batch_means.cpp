// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/statistics/batch_means.hpp"

#include <stdexcept>

namespace spawnpoint {

BatchMeans::BatchMeans(std::size_t batches) : batches_{batches} {
  if (batches < 2) throw std::invalid_argument{"batch means need at least two batches"};
  means_.reserve(2 * batches);
}

void BatchMeans::add(double x) {
  overall_.add(x);
  batch_.add(x);
  if (batch_.count() < batch_length_) return;
  means_.push_back(batch_.mean());
  batch_ = Tally{};
  if (means_.size() < 2 * batches_) return;
  for (std::size_t i = 0; i < batches_; ++i) means_[i] = (means_[2 * i] + means_[2 * i + 1]) / 2;
  means_.resize(batches_);
  batch_length_ *= 2;
}

ConfidenceInterval BatchMeans::confidence_interval(double level) const {
  Tally of_batches;
  for (const double mean : means_) of_batches.add(mean);
  ConfidenceInterval interval = of_batches.confidence_interval(level);
  // Until the first batch is full, say what there is, with no confidence in it.
  if (means_.empty()) interval.mean = mean();
  return interval;
}

double BatchMeans::correlation() const {
  if (means_.size() < 3) return 0.0;
  Tally all;
  for (const double mean : means_) all.add(mean);
  if (all.variance() == 0.0) return 0.0;
  double products = 0.0;
  for (std::size_t i = 0; i + 1 < means_.size(); ++i)
    products += (means_[i] - all.mean()) * (means_[i + 1] - all.mean());
  return products / (all.variance() * static_cast<double>(means_.size() - 1));
}

}  // namespace spawnpoint
