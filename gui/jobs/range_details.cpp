// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/jobs/range_details.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "gui/charts/chart_content.hpp"
#include "gui/text/to_qstring.hpp"
#include "models/result/format.hpp"

namespace spawnpoint::gui {
namespace {

QString with_sign(const QString& words, double difference) {
  return (difference > 0 ? QStringLiteral("+") : difference < 0 ? QStringLiteral("−") : QStringLiteral("±")) + words;
}

struct Quantity {
  const char* name;
  bool is_size;
  bool has_programs_part;         ///< Which is left out.
  std::vector<SeriesKind> kinds;  ///< Their sum.

  /// What came with the jobs, of this many.
  double jobs_part(const Series& series, double value) const {
    return has_programs_part ? std::max(value - programs_part(series).value_or(0), 0.0) : value;
  }
  double at(const Trace& trace, Instant moment) const {
    double sum = 0;
    for (const SeriesKind kind : kinds) sum += jobs_part(trace[kind], trace[kind].at(moment));
    return sum;
  }
  bool is_ever_there(const Trace& trace) const {
    return std::ranges::any_of(kinds, [&](SeriesKind kind) {
      const Series& series = trace[kind];
      return std::ranges::any_of(series.value, [&](double value) { return jobs_part(series, value) > 0; });
    });
  }
};

}  // namespace

JobsWithin jobs_within(const Trace& trace, const TimeRange& range) {
  JobsWithin count;
  const auto within = [&](Instant at) { return at >= range.begin && at <= range.end; };
  for (const Instant at : trace.jobs.started) count.started += within(at);
  for (const Instant at : trace.jobs.ended) count.ended += within(at);
  return count;
}

QString range_details(const TimeRange& range, bool markers, const std::vector<ShiftedResult>& results,
                      const Theme& theme) {
  const QString a = markers ? QStringLiteral("A") : QStringLiteral("from");
  const QString b = markers ? QStringLiteral("B") : QStringLiteral("to");
  const Duration pixel = range.length() / 1000;
  QString html =
      QStringLiteral("<h4>Δ %1</h4><p>%2 %3%4 %5 %6</p>")
          .arg(to_qstring(format_duration(range.length())), a, to_qstring(format_instant(range.begin, pixel)),
               markers ? QStringLiteral(",") : QString(), b, to_qstring(format_instant(range.end, pixel)));
  static const Quantity quantities[] = {
      {"threads", false, false, {SeriesKind::threads}},
      {"tasks", false, false, {SeriesKind::tasks}},
      {"jobs' resident", true, true, {SeriesKind::resident}},
      {"kernel", true, false, {SeriesKind::kernel_stacks, SeriesKind::page_tables, SeriesKind::slab}},
      {"jobs' virtual", true, true, {SeriesKind::virtual_size}}};
  for (const ShiftedResult& of : results) {
    if (!of.result || !of.result->trace) continue;
    const Trace& trace = *of.result->trace;
    const TimeRange own{range.begin - of.shift, range.end - of.shift};
    html += QStringLiteral("<p><b>%1</b></p><table cellspacing='0' cellpadding='2'>").arg(world_name(of.result->world));
    html += QStringLiteral(
                "<tr style='color:%1'><td></td><td align='right'>%2</td><td align='right'>%3</td>"
                "<td align='right'>Δ</td></tr>")
                .arg(theme.muted.name(), a, b);
    for (const Quantity& quantity : quantities) {
      if (!quantity.is_ever_there(trace)) continue;
      const double first = quantity.at(trace, own.begin), last = quantity.at(trace, own.end);
      const auto shown = [&](double value) {
        const auto whole = static_cast<std::int64_t>(std::llround(value));
        return to_qstring(quantity.is_size ? format_bytes(Bytes{whole}) : format_count(whole));
      };
      html += QStringLiteral(
                  "<tr><td>%1</td><td align='right'>%2</td><td align='right'>%3</td>"
                  "<td align='right'>%4</td></tr>")
                  .arg(QString::fromLatin1(quantity.name), shown(first), shown(last),
                       with_sign(shown(std::abs(last - first)), last - first));
    }
    const JobsWithin jobs = jobs_within(trace, own);
    html += QStringLiteral("</table><p>%1 started, %2 ended</p>")
                .arg(to_qstring(format_count(jobs.started, "job")), to_qstring(format_count(jobs.ended)));
  }
  return html;
}

}  // namespace spawnpoint::gui
