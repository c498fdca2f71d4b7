// SPDX-License-Identifier: GPL-3.0-or-later
// Scenarios whose maps several tests look at.
#pragma once

#include <QString>

#include "tests/gui/app_fixture.hpp"

namespace spawnpoint::gui {

/// The article's machine, where 507 threads fit.
inline const QString kSwept =
    QString::fromUtf8(kRefused) + "[sweep]\n\"jobs.count\" = { from = 1, to = 10_000, points = 9, scale = \"log\" }\n";

/// Two models on two machines with two pool sizes: eight lines.
inline const QString kEightLines =
    "[jobs]\ncount = 100\nsteps = [{ sleep = \"exp(mean=100ms)\" }]\n[[run]]\nconcurrency = \"thread_per_job\"\n"
    "[[run]]\nconcurrency = \"thread_pool\"\nthreads = 8\n[sweep]\n\"jobs.count\" = [1, 10, 100, 1000]\n"
    "\"machine.profile\" = [\"laptop-8g\", \"rust-playground\"]\n\"run.threads\" = [8, 64]\nrepeat = 5\n";

/// A limit is swept: lines begin where it is large enough, on two machines.
inline const QString kSweptLimit =
    "[jobs]\ncount = 400\nsteps = [{ sleep = \"exp(mean=10ms)\" }]\n[[run]]\nconcurrency = \"thread_pool\"\n"
    "[[run]]\nconcurrency = \"thread_per_job\"\n[[run]]\nconcurrency = \"join_all\"\n[sweep]\n"
    "\"machine.limits.pids_max\" = [8, 16, 64, 128, 256, 512, 1024]\n"
    "\"machine.profile\" = [\"laptop-8g\", \"rust-playground\"]\nrepeat = 5\n";

}  // namespace spawnpoint::gui
