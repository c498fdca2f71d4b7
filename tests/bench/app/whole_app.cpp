// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <QApplication>
#include <QDeadlineTimer>
#include <QProcess>
#include <QSlider>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>

#include "core/trace/csv_reader.hpp"
#include "core/trace/csv_writer.hpp"
#include "gui/compare/compare_page.hpp"
#include "gui/export/export.hpp"
#include "gui/timeline/timeline_widget.hpp"
#include "gui/whatif/knob.hpp"
#include "gui/whatif/what_if_panel.hpp"
#include "gui/window/main_window.hpp"
#include "models/lab/calibration/this_host.hpp"
#include "models/scenario/parse.hpp"
#include "tests/bench/app/sections.hpp"
#include "tests/gui/timeline_traces.hpp"

namespace spawnpoint::bench {
namespace {

namespace fs = std::filesystem;
using gui::MainWindow;

/// Knows the longest time for which one event has held the window's thread.
class WatchedApplication : public QApplication {
 public:
  using QApplication::QApplication;

  bool notify(QObject* receiver, QEvent* event) override {
    if (depth_ > 0) return QApplication::notify(receiver, event);
    // The event may be the end of its receiver.
    const QMetaObject* const of = receiver->metaObject();
    const int type = event->type();
    const auto begin = Clock::now();
    ++depth_;
    const bool taken = QApplication::notify(receiver, event);
    --depth_;
    const double took = milliseconds_since(begin);
    if (took > longest_ms_) {
      longest_ms_ = took;
      longest_ = fmt::format("event {} of {}", type, of->className());
    }
    return taken;
  }
  void begin() {
    longest_ms_ = 0;
    longest_.clear();
  }
  double longest_ms() const { return longest_ms_; }
  const std::string& longest() const { return longest_; }

 private:
  int depth_ = 0;
  double longest_ms_ = 0;
  std::string longest_;
};

/// Sleeps between events, as the app does: a thread that asks again and again would take processor time from the
/// others.
bool eventually(const std::function<bool()>& holds, int milliseconds = 120'000) {
  QDeadlineTimer deadline(milliseconds);
  QTimer look;  // where no event comes
  look.start(2);
  while (!holds()) {
    if (deadline.hasExpired()) return false;
    QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents);
  }
  return true;
}

double resident_megabytes() {
  std::ifstream status("/proc/self/statm");
  double size = 0;
  double resident = 0;
  status >> size >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e6;
}

double epoch_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::system_clock::now().time_since_epoch()).count();
}

void print(const char* key, double value) {
  std::cout << key << ' ' << fmt::format("{:.3f}", value) << std::endl;
}

struct App {
  QTemporaryDir folder;
  gui::Session session{folder.filePath("settings.ini")};
  MainWindow window;

  explicit App(const fs::path& worker) : window(session, worker) {
    window.questions().live = [](QWidget*, const LiveEstimate&) { return gui::LiveAnswer::run; };
    window.questions().tell = [](QWidget*, const QString&, const QString& words) {
      std::cerr << words.toStdString() << '\n';
    };
  }
  bool settled() {
    auto& compare = window.compare();
    return !window.runs().is_running() && compare.timeline(WorldKind::modeled).is_settled() &&
           compare.timeline(WorldKind::live).is_settled();
  }
};

/// From the start of the process (told in milliseconds since 1970) to a window that has been painted.
void first_window(double began, const Places& places) {
  App app(places.worker);
  app.window.show();
  if (!QTest::qWaitForWindowExposed(&app.window)) return;
  app.window.grab();
  print("first_window_ms", epoch_ms() - began);
}

void timeline_memory() {
  gui::TimeView view;
  gui::TimelineWidget widget(view, WorldKind::live);
  widget.resize(1314, 742);
  {
    const auto trace = gui::many_segments(512);
    view.reset({Instant{}, trace->end});
    widget.set_trace(trace);
  }
  widget.show();
  widget.settle();
  QImage target(widget.size(), QImage::Format_RGB32);
  for (int i = 0; i < 30; ++i) {
    view.zoom(Instant(Duration(3'000'000'000)), 0.9);
    widget.settle();
    widget.render(&target);
  }
  print("timeline_mb", resident_megabytes());
}

/// The million jobs, modeled and live, as a person runs them; the longest event while the live run is drawn.
void whole_app(WatchedApplication& watched, const Places& places) {
  App app(places.worker);
  app.window.show();
  (void)QTest::qWaitForWindowExposed(&app.window);
  if (!app.window.open_file(QString::fromStdString(places.scenario.string()))) return;
  if (!eventually(
          [&] { return app.window.document().scenario() && app.window.runs().result({0, WorldKind::modeled}); }))
    return;
  eventually([&] { return app.settled(); });
  int pictures = 0;
  QObject::connect(&app.window.compare().timeline(WorldKind::live), &gui::TimelineWidget::drawn, &app.window, [&] {
    if (app.window.runs().is_running()) ++pictures;
  });
  watched.begin();
  app.window.run(/*modeled=*/false, /*live=*/true);
  eventually([&] { return app.window.runs().is_running(); });
  eventually([&] { return !app.window.runs().is_running(); });
  const double while_running = watched.longest_ms();
  const std::string what = watched.longest();
  eventually([&] { return app.settled(); });
  print("live_event_ms", while_running);
  print("live_pictures", pictures);
  print("after_event_ms", watched.longest_ms());
  if (const auto live = app.window.runs().result({0, WorldKind::live}))
    print("live_over_ms", to_seconds(live->wall) * 1e3 - 1000);
  std::cerr << "longest while it ran: " << what << ", with its end: " << watched.longest() << '\n';
  app.window.compare().time().zoom(Instant(Duration(500'000'000)), 0.5);
  eventually([&] { return app.settled(); });
  print("app_mb", resident_megabytes());
}

/// From the word "stop" to what the live run has come to until then: a million sleeping tasks, and 3,000 threads.
void stop_live(const Places& places) {
  constexpr const char* kSleepers =
      "spawnpoint = 1\n[jobs]\ncount = {}\nsteps = [{{ sleep = \"60s\" }}]\n"
      "[[run]]\nconcurrency = \"{}\"\nstack = \"64KiB\"\n";
  constexpr gui::RunKey kLive{0, WorldKind::live};
  for (const auto& [name, count] : {std::pair("join_all", 1'000'000), std::pair("thread_per_job", 3000)}) {
    App app(places.worker);
    app.window.show();
    (void)QTest::qWaitForWindowExposed(&app.window);
    const QString file = app.folder.filePath("stop.toml");
    std::ofstream(file.toStdString()) << fmt::format(kSleepers, count, name);
    if (!app.window.open_file(file)) continue;
    if (!eventually([&] { return app.window.runs().result({0, WorldKind::modeled}) && app.settled(); })) continue;
    app.window.run(/*modeled=*/false, /*live=*/true);
    // Until all of them sleep.
    if (!eventually([&] {
          return app.window.runs().current() == kLive && app.window.runs().progress().now > std::chrono::seconds(2);
        }))
      continue;
    const auto begin = Clock::now();
    app.window.runs().stop();
    if (!eventually([&] { return app.window.runs().result(kLive) != nullptr; })) continue;
    if (app.window.runs().result(kLive)->stopped)
      print((std::string(name) + "_stop_ms").c_str(), milliseconds_since(begin));
    eventually([&] { return app.settled(); });
  }
}

/// A hundred thousand jobs, on a machine that lets all of them have a thread.
constexpr const char* kWhatIf = R"(spawnpoint = 1
title = "What if"
[machine]
profile = "server-64c-256g"
limits.pids_max = "unlimited"
limits.max_map_count = 10000000
limits.threads_max = 1000000
limits.pid_max = 1000000
[jobs]
count = 100000
steps = [{ sleep = "1s" }]
[[run]]
concurrency = "thread_per_job"
[[run]]
concurrency = "join_all"
[[run]]
concurrency = "thread_pool"
)";

/// From a step of a slider to the picture of its model: up to 100,000 jobs, and a limit of up to 50,000 threads for
/// them.
void what_if(WatchedApplication& watched, const Places& places) {
  App app(places.worker);
  app.window.show();
  (void)QTest::qWaitForWindowExposed(&app.window);
  const QString file = app.folder.filePath("what-if.toml");
  std::ofstream(file.toStdString()) << kWhatIf;
  if (!app.window.open_file(file)) return;
  const auto result = [&](std::size_t run) { return app.window.runs().result({run, WorldKind::modeled}); };
  if (!eventually([&] { return result(0) && app.settled(); })) return;
  const std::vector<gui::Knob> knobs = gui::knobs(0);
  const auto knob = [&](const std::string& key) {
    return *std::find_if(knobs.begin(), knobs.end(), [&](const gui::Knob& one) { return one.key == key; });
  };
  const auto drag = [&](const std::string& name, std::size_t run, const std::string& key, std::int64_t value,
                        const std::function<bool(const RunResult&, std::int64_t)>& shows) {
    app.window.selection().select_run(run);
    if (!eventually([&] { return result(run) && app.settled(); })) return;
    QSlider* slider = app.window.what_if().slider(key);
    const int most = gui::position_of(knob(key), value);
    slider->setSliderDown(true);
    watched.begin();
    for (int step = 0; step < 12; ++step) {
      const int at = most - 11 + step;  // Each once: what is known already is not modeled again.
      const auto before = result(run);
      const auto begin = Clock::now();
      slider->setValue(at);
      const std::int64_t wanted = gui::value_at(knob(key), at).value_or(0);
      const bool drawn = eventually([&] {
        const auto now = result(run);
        return now && now != before && !app.window.document().scenario_is_old() && shows(*now, wanted) &&
               app.window.compare().timeline(WorldKind::modeled).trace() == now->trace && app.settled();
      });
      QCoreApplication::processEvents();
      if (!drawn) break;
      if (step < 2) continue;  // The first ones touch memory that those after them have.
      print((name + "_ms").c_str(), milliseconds_since(begin));
      print((name + "_model_ms").c_str(), to_seconds(result(run)->compute) * 1e3);
    }
    print((name + "_event_ms").c_str(), watched.longest_ms());
    std::cerr << name << ": longest event: " << watched.longest() << '\n';
    slider->setSliderDown(false);
    eventually([&] { return app.settled(); });
  };
  const auto has_jobs = [](const RunResult& now, std::int64_t wanted) { return now.jobs == wanted; };
  drag("threads", 0, "jobs.count", 100'000, has_jobs);
  drag("limit", 0, "machine.limits.pids_max", 50'000,
       [](const RunResult& now, std::int64_t wanted) { return now.failure && now.failure->value == wanted; });
  drag("tasks", 1, "jobs.count", 100'000, has_jobs);
  drag("pool", 2, "jobs.count", 100'000, has_jobs);
}

/// Starts this program again, and takes the figures that it prints.
std::map<std::string, std::vector<double>> ask(const Places& places, const QString& what, int times) {
  std::map<std::string, std::vector<double>> all;
  for (int i = 0; i < times; ++i) {
    QProcess process;
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process.start(QString::fromStdString(places.self.string()),
                  {"--inside", what, QString::number(epoch_ms(), 'f', 3),
                   QString::fromStdString(places.worker.string()), QString::fromStdString(places.scenario.string())});
    if (!process.waitForFinished(300'000)) continue;
    for (const QByteArray& line : process.readAllStandardOutput().split('\n')) {
      const auto words = line.split(' ');
      if (words.size() == 2) all[words[0].toStdString()].push_back(words[1].toDouble());
    }
  }
  return all;
}

/// All files below, in bytes.
double size_of(const fs::path& path) {
  if (!fs::is_directory(path)) return static_cast<double>(fs::file_size(path));
  double sum = 0;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) sum += static_cast<double>(entry.file_size());
  }
  return sum;
}

void measure_exports(Report& report, const Places& places) {
  ParseOptions parsing;
  parsing.host = [] { return this_host().machine; };
  const ParseResult parsed = load_scenario(places.scenario, parsing);
  if (!parsed.scenario) {
    report.note("the scenario of a million jobs cannot be read");
    return;
  }
  report.section("The scenario of a million jobs, both worlds: exports and loading");
  std::vector<RunResult> results{run_modeled(*parsed.scenario, 0, {})};
  LiveOptions live;
  live.worker = places.worker;
  results.push_back(run_live(*parsed.scenario, 0, {}, live));
  if (!results.back().error.empty()) {
    report.note("no live run here: " + results.back().error);
    results.pop_back();
  }
  const QTemporaryDir folder;
  gui::ExportOptions options;
  options.directory = folder.path().toStdString();
  for (const gui::ExportFormat& format : gui::export_formats()) {
    options.formats = {&format};
    gui::ExportReport exported;
    report.time(fmt::format("export {}", format.name), 1000, 5,
                [&](int) { exported = gui::export_run(*parsed.scenario, results, options); });
    double bytes = 0;
    for (const auto& path : exported.written) bytes += size_of(path);
    report.add({fmt::format("size of {}", format.name), "MB", bytes / 1e6, 0, 0, 1, 0});
    for (const std::string& error : exported.errors) report.note(error);
  }
  const fs::path csv = fs::path(folder.path().toStdString()) / "loaded";
  if (write_csv(*results[0].trace, csv)) {
    report.time("load a record (csv)", 1000, 5, [&](int) {
      if (!read_csv(csv)) report.note("the record could not be read");
    });
  }
}

}  // namespace

void measure_app(Report& report, const Places& places) {
  report.section("The whole app");
  report.add("first window, from the start of the process", "ms", ask(places, "first-window", 7)["first_window_ms"],
             600);
  report.add("memory of a process with a timeline of a million segments", "MB",
             ask(places, "timeline", 3)["timeline_mb"], 150);
  auto app = ask(places, "app", 5);
  report.add("longest hold of the window's thread while a million jobs run live", "ms", app["live_event_ms"], 50);
  report.add("… with what follows when the run is over", "ms", app["after_event_ms"], 50);
  report.add("pictures of it that were drawn while it ran", "", app["live_pictures"]);
  report.add("what the live run took over one second meanwhile", "ms", app["live_over_ms"]);
  report.add("memory of the app with both worlds of a million jobs", "MB", app["app_mb"], 400);
  auto stops = ask(places, "stop", 5);
  report.add("stop of a live run, a million sleeping tasks", "ms", stops["join_all_stop_ms"], 200);
  report.add("stop of a live run, 3,000 sleeping threads", "ms", stops["thread_per_job_stop_ms"], 200);
  measure_exports(report, places);
}

void measure_what_if(Report& report, const Places& places) {
  report.section("What if: from a step of a slider to its picture, 100,000 jobs");
  auto steps = ask(places, "what-if", 3);
  for (const auto& [key, words] :
       {std::pair("threads", "jobs, a thread for each"),
        std::pair("limit", "a limit of up to 50,000 threads for 100,000 jobs"),
        std::pair("tasks", "jobs, all on one thread"), std::pair("pool", "jobs, in a pool")}) {
    const std::string name(key);
    report.add(words, "ms", steps[name + "_ms"], 100);
    report.add("… of it, the model", "ms", steps[name + "_model_ms"]);
    report.add("… the longest hold of the window's thread", "ms", steps[name + "_event_ms"], 50);
  }
}

bool measure_inside(int argc, char** argv, const Places& given) {
  if (argc < 6 || std::string_view(argv[1]) != "--inside") return false;
  Places places = given;
  const std::string what = argv[2];
  const double began = std::stod(argv[3]);
  places.worker = argv[4];
  places.scenario = argv[5];
  int count = 1;
  WatchedApplication app(count, argv);
  QApplication::setStyle(QStringLiteral("Fusion"));
  if (what == "first-window") first_window(began, places);
  if (what == "timeline") timeline_memory();
  if (what == "app") whole_app(app, places);
  if (what == "stop") stop_live(places);
  if (what == "what-if") what_if(app, places);
  return true;
}

}  // namespace spawnpoint::bench
