// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/statistics/least_squares.hpp"

#include <Eigen/Dense>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace spawnpoint {

void LeastSquares::add(std::span<const double> x, double y, double weight) {
  if (x.size() != coefficients_) throw std::invalid_argument{"an observation needs a number for each coefficient"};
  if (!(weight > 0)) throw std::invalid_argument{"a weight is greater than 0"};
  const double root = std::sqrt(weight);
  for (const double value : x) x_.push_back(root * value);
  y_.push_back(root * y);
}

LeastSquaresFit LeastSquares::fit(double level) const {
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto rows = static_cast<Eigen::Index>(y_.size());
  const auto columns = static_cast<Eigen::Index>(coefficients_);
  const Eigen::Map<const Matrix> x(x_.data(), rows, columns);
  const Eigen::Map<const Eigen::VectorXd> y(y_.data(), rows);

  // Columns of very different sizes (a constant next to a number of threads) are brought to one first.
  Eigen::VectorXd scale = x.colwise().norm();
  for (Eigen::Index i = 0; i < columns; ++i)
    if (scale[i] == 0.0) scale[i] = 1.0;
  const Eigen::MatrixXd scaled = x * scale.cwiseInverse().asDiagonal();
  const Eigen::CompleteOrthogonalDecomposition<Eigen::MatrixXd> solver(scaled);
  const Eigen::MatrixXd inverse = solver.pseudoInverse();
  const Eigen::VectorXd b = inverse * y;

  LeastSquaresFit fit;
  fit.rank = static_cast<std::size_t>(solver.rank());
  const double freedom = static_cast<double>(rows) - static_cast<double>(solver.rank());
  const double squares = (y - scaled * b).squaredNorm();
  fit.residual_deviation = freedom > 0 ? std::sqrt(squares / freedom) : 0.0;
  const double t = freedom > 0 ? student_t(level, freedom) : 0.0;
  // Of what can be known of the coefficients: the identity, where all of them can.
  const Eigen::MatrixXd known = inverse * scaled;
  for (Eigen::Index i = 0; i < columns; ++i) {
    const double deviation = fit.residual_deviation * inverse.row(i).norm();
    fit.coefficients.push_back(
        {b[i] / scale[i], freedom > 0 ? t * deviation / scale[i] : std::numeric_limits<double>::infinity()});
    fit.told_apart.push_back(std::abs(known(i, i) - 1.0) < 1e-9);
  }
  return fit;
}

}  // namespace spawnpoint
