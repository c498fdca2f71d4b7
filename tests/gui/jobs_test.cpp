// SPDX-License-Identifier: GPL-3.0-or-later
// The table of jobs: its figures, filter, order and text; and that its row and the timelines' job are one selection.
#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QStandardItemModel>
#include <QStyleFactory>
#include <QTabWidget>
#include <QTableView>

#include "core/trace/recorder.hpp"
#include "gui/compare/compare_page.hpp"
#include "gui/jobs/job_details.hpp"
#include "gui/jobs/jobs_page.hpp"
#include "gui/jobs/sort_header.hpp"
#include "tests/gui/app_fixture.hpp"
#include "tests/gui/timeline_traces.hpp"

namespace spawnpoint::gui {
namespace {

/// Five jobs: they wait 10, 20, 30, 40, 50 ms in a queue and take 1.0, 1.1, 1.2, 1.3, 1.4 s; the last one fails at
/// once.
std::shared_ptr<const Trace> five_jobs() {
  auto trace = std::make_shared<Trace>();
  TraceRecorder recorder(*trace, 5);
  for (JobId job = 0; job < 5; ++job) recorder.enter(job, JobState::queued, kNoLane, seconds(0));
  recorder.enter(4, JobState::failed, 0, seconds(0.05));
  for (JobId job = 0; job < 4; ++job) recorder.enter(job, JobState::waiting, job + 1, seconds(0.01 * (job + 1)));
  for (JobId job = 0; job < 4; ++job)
    recorder.enter(job, JobState::done, job + 1, seconds(0.01 * (job + 1) + 1 + 0.1 * job));
  recorder.finish(seconds(2));
  return trace;
}

/// Each job sleeps for a second.
std::shared_ptr<const Scenario> second_of_sleep() {
  auto scenario = std::make_shared<Scenario>();
  scenario->jobs.count = 5;
  scenario->jobs.steps = {Step{StepKind::sleep, Distribution::constant(std::chrono::seconds(1))}};
  return scenario;
}

JobWorlds worlds() {
  const auto scenario = second_of_sleep();
  return {std::make_shared<const JobFigures>(WorldKind::modeled, five_jobs(), scenario.get()),
          std::make_shared<const JobFigures>(WorldKind::live, five_jobs(), scenario.get())};
}

/// The rows that pass, such as "m1" (model, job 1) or "l3".
std::string passing(const std::string& text, JobOrder order = {}) {
  const auto filter = JobFilter::parse(text);
  if (!filter) return filter.error();
  const JobWorlds shown = worlds();
  std::string names;
  for (const JobRow row : job_rows(shown, *filter, order, {})) {
    names += (names.empty() ? "" : " ") + std::string(row.world() == 0 ? "m" : "l") + std::to_string(row.job() + 1);
  }
  return names;
}

}  // namespace

TEST_CASE("a job's figures are those of its record") {
  const auto jobs = worlds()[0];
  CHECK(jobs->delay(2) == std::chrono::milliseconds(30));
  CHECK(jobs->arrival(2) == seconds(0));
  CHECK(jobs->response(2) == std::chrono::milliseconds(1230));
  CHECK(jobs->response(4) == kNoDuration);
  CHECK(jobs->duration(2) == std::chrono::milliseconds(1200));
  CHECK(jobs->late(2) == std::chrono::milliseconds(200));
  CHECK(jobs->start(4) == kNever);
  CHECK(jobs->delay(4) == kNoDuration);
  CHECK(jobs->duration(4) == kNoDuration);
  CHECK(jobs->late(4) == kNoDuration);
  const JobFigures unknown(WorldKind::live, five_jobs(), nullptr);
  CHECK(unknown.late(2) == kNoDuration);
}

TEST_CASE("the filter understands what people write") {
  CHECK(passing("") == "m1 l1 m2 l2 m3 l3 m4 l4 m5 l5");
  CHECK(passing("3") == "m3 l3");
  CHECK(passing("job 3") == "m3 l3");
  CHECK(passing("job:2-3 model") == "m2 m3");
  CHECK(passing("Job > 4 LIVE") == "l5");
  CHECK(passing("job>=4 world:live") == "l4 l5");
  CHECK(passing("state:failed") == "m5 l5");
  CHECK(passing("failed modeled") == "m5");
  CHECK(passing("thread 2") == "m2 l2");
  CHECK(passing("thread:main") == "m5 l5");
  CHECK(passing("duration>1.1s live") == "l3 l4");
  CHECK(passing("duration >= 1.1s live") == "l2 l3 l4");
  CHECK(passing("duration<=1100ms live") == "l1 l2");
  CHECK(passing("late<100ms live") == "l1");
  CHECK(passing("delay=20ms live") == "l2");
  CHECK(passing("start>15ms end<1.3s live") == "l2 l3");
  CHECK(passing("response>1.2s arrival=0s live") == "l3 l4");
  CHECK(passing("job 1,000") == "");
}

TEST_CASE("a filter that cannot be read says why") {
  CHECK(passing("duration>soon") == "`soon` is not a time such as 1.1s or 250us");
  CHECK(passing("state:asleep").starts_with("`asleep` is not a state"));
  CHECK(passing("job") == "`job` needs a value, such as job:3");
  CHECK(passing("duration>") == "`duration` needs a value, such as duration>1.1s");
  CHECK(passing("> 3") == "`>` has nothing before it to compare");
  CHECK(passing("bananas").starts_with("`bananas` is not understood"));
  CHECK(passing("state>failed") == "a state cannot be more or less than another");
}

TEST_CASE("rows are sorted by any column, those without the figure last") {
  CHECK(passing("live", {JobColumn::duration, true}) == "l4 l3 l2 l1 l5");
  CHECK(passing("live", {JobColumn::duration, false}) == "l1 l2 l3 l4 l5");
  CHECK(passing("live", {JobColumn::delay, true}) == "l4 l3 l2 l1 l5");
  CHECK(passing("job<=2", {JobColumn::world, true}) == "l1 l2 m1 m2");
  CHECK(passing("live", {JobColumn::state, true}) == "l5 l1 l2 l3 l4");
  CHECK(passing("model", {JobColumn::job, true}) == "m5 m4 m3 m2 m1");
}

TEST_CASE("a stopped search gives no rows") {
  std::stop_source stop;
  stop.request_stop();
  CHECK(job_rows(worlds(), JobFilter(), {}, stop.get_token()).empty());
}

TEST_CASE("the model keeps what a Qt model promises, while it is filtered, sorted and given other runs") {
  const QtWatch watch;
  JobsModel model;
  const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
  model.settle();
  CHECK(model.rowCount() == 0);
  model.set_sources({{WorldKind::modeled, five_jobs()}, {WorldKind::live, refused_at_508()}}, second_of_sleep());
  model.settle();
  CHECK(model.rowCount() == 1005);
  model.sort(static_cast<int>(JobColumn::duration), Qt::DescendingOrder);
  model.set_filter(*JobFilter::parse("failed"));
  model.settle();
  REQUIRE(model.rowCount() == 2);
  CHECK(model.total() == 1005);
  CHECK(model.row_of(507, WorldKind::live) >= 0);
  CHECK(model.row_of(3, WorldKind::live) == -1);
  model.set_filter({});
  model.set_sources({}, nullptr);
  model.settle();
  CHECK(model.rowCount() == 0);
}

TEST_CASE("cells read as people write, and rows copy as programs read") {
  const QtWatch watch;
  JobsModel model;
  model.set_sources({{WorldKind::live, five_jobs()}}, second_of_sleep());
  model.settle();
  const auto cell = [&](int row, JobColumn column) {
    return model.data(model.index(row, static_cast<int>(column)), Qt::DisplayRole).toString();
  };
  CHECK(cell(1, JobColumn::job) == "2");
  CHECK(cell(1, JobColumn::world) == "live");
  CHECK(cell(1, JobColumn::thread) == "thread 2");
  CHECK(cell(1, JobColumn::start) == "0.020000");
  CHECK(cell(1, JobColumn::duration) == "1.1 s");
  CHECK(cell(1, JobColumn::late) == "100 ms");
  CHECK(cell(4, JobColumn::state) == QStringLiteral("✕ failed"));
  CHECK(cell(4, JobColumn::duration).isEmpty());
  CHECK(jobs_table(model.snapshot({1, 4}), u'\t') ==
        QStringLiteral("Job\tWorld\tThread\tState\tArrival (s)\tStart (s)\tEnd (s)\tDelay (s)\tDuration (s)\t"
                       "Response (s)\tLate (s)\n"
                       "2\tlive\tthread 2\tdone\t0.000000000\t0.020000000\t1.120000000\t0.020000000\t1.100000000\t"
                       "1.120000000\t0.100000000\n"
                       "5\tlive\tmain\tfailed\t0.000000000\t\t\t\t\t\t\n"));
}

TEST_CASE("a million jobs are listed, filtered and sorted") {
  const QtWatch watch;
  JobsModel model;
  model.set_sources({{WorldKind::live, million_tasks()}}, nullptr);
  model.settle();
  CHECK(model.rowCount() == 1'000'000);
  model.sort(static_cast<int>(JobColumn::end), Qt::DescendingOrder);
  model.settle();
  CHECK(model.job(0) == 999'999);
  CHECK(model.job(999'999) == 0);
  model.set_filter(*JobFilter::parse("job 500000-500009"));
  model.settle();
  CHECK(model.rowCount() == 10);
  CHECK(model.job(0) == 500'008);
}

TEST_CASE("the table's row and the timelines' job are one selection") {
  AppFixture app;
  app.window->show();
  app.open(kRefused);
  MainWindow& window = *app.window;
  JobsPage& page = window.job_table();
  window.pages().setCurrentWidget(&page);
  page.model().settle();
  REQUIRE(page.model().rowCount() == 1000);
  CHECK(page.words().text().startsWith("1,000 jobs"));
  // All columns are seen in a window of the smallest size that we draw for.
  window.resize(1280, 800);
  QCoreApplication::processEvents();
  CHECK(page.table().horizontalHeader()->length() <= page.table().viewport()->width());

  QTest::keyClick(&page.table(), Qt::Key_S);
  page.model().settle();
  CHECK(page.table().horizontalHeader()->sortIndicatorOrder() == Qt::DescendingOrder);
  CHECK(page.model().job(0) == 999);
  QTest::keyClick(&page.table(), Qt::Key_S);
  page.model().settle();
  CHECK(page.model().job(0) == 0);

  page.table().selectRow(311);
  CHECK(window.compare().time().selected_job() == 311);
  CHECK(window.job_details().toPlainText().contains("job 312"));

  window.compare().time().select_job(41);
  CHECK(page.table().currentIndex().row() == 41);

  page.filter().setText("failed");
  page.model().settle();
  REQUIRE(page.model().rowCount() == 1);
  page.table().selectRow(0);
  QTest::keyClick(&page.table(), Qt::Key_Return);
  CHECK(window.pages().currentWidget() == &window.compare());
  CHECK(window.compare().time().selected_job() == 507);
  CHECK(window.job_details().toPlainText().contains("EAGAIN"));

  window.pages().setCurrentWidget(&page);
  page.table().setFocus();
  QTest::keyClick(&page.table(), Qt::Key_C, Qt::ControlModifier);
  CHECK(QApplication::clipboard()->text().contains("508\tmodel\tmain\tfailed"));

  page.filter().setText("nonsense");
  CHECK(page.words().text().contains("not understood"));
  CHECK(page.words().text().contains("the rows stay as they were: 1 of 1,000 jobs"));
  CHECK(page.model().rowCount() == 1);  // The last filter that could be read stays.
  page.filter().setText("thread 999");
  page.model().settle();
  CHECK_FALSE(page.table().isVisible());
  page.worlds().setCurrentIndex(2);
  page.filter().clear();
  page.model().settle();
  CHECK(page.model().rowCount() == 0);  // It has not run live.
}

TEST_CASE("rows of an older run beside new ones are marked, and the words say whose they are", "[jobs]") {
  AppFixture app;
  app.window->show();
  app.open(kQuick);
  RunResult live = *app.window->runs().result(kModeled);
  live.world = WorldKind::live;
  app.window->runs().adopt(kLive, std::make_shared<const RunResult>(live), app.window->document().revision());
  JobsPage& page = app.window->job_table();
  app.window->pages().setCurrentWidget(&page);
  page.model().settle();
  const auto is_marked = [&](int row) { return page.model().index(row, 0).data(Qt::ForegroundRole).isValid(); };
  REQUIRE(page.model().rowCount() == 6);
  CHECK_FALSE(is_marked(1));
  app.window->document().set_text(QString(kQuick).replace("60ms", "70ms"));
  REQUIRE(eventually([&] {
    return app.parsed() && !app.window->runs().is_running() && app.window->workspace().is_of_present_text(kModeled);
  }));
  page.model().settle();
  REQUIRE(page.model().rowCount() == 6);
  CHECK_FALSE(is_marked(0));
  CHECK(is_marked(1));
  CHECK(page.words().text().contains("live: from before the last change"));
}

TEST_CASE("columns have room for what is in rows that nobody has looked at", "[jobs]") {
  AppFixture app;
  app.window->resize(1280, 800);
  app.window->show();
  app.open(kRefused);
  JobsPage& page = app.window->job_table();
  app.window->pages().setCurrentWidget(&page);
  page.model().settle();
  QFont slanted = page.font();
  slanted.setItalic(true);
  const QFontMetrics metrics(slanted);
  for (const auto& [column, text] :
       {std::pair(JobColumn::state, QStringLiteral("✕ failed")),
        std::pair(JobColumn::delay, QStringLiteral("888.8 ms")), std::pair(JobColumn::world, QStringLiteral("model")),
        std::pair(JobColumn::late, QStringLiteral("888.8 ms"))})
    CHECK(page.table().columnWidth(static_cast<int>(column)) >= metrics.horizontalAdvance(text) + 6);
}

TEST_CASE("a job's details say each state, how long, what it waited for and who started it") {
  AppFixture app;
  app.open(kRefused);
  app.window->compare().time().select_job(9);
  const QString text = app.window->job_details().toPlainText();
  CHECK(text.contains("job 10"));
  CHECK(text.contains("by the main thread, on a thread of its own"));
  CHECK(text.contains("for its timer, asleep on its thread"));
  CHECK(text.contains("thread 10"));
  app.window->selection().select_run(1);
  REQUIRE(eventually([&] {
    return !app.window->runs().is_running() && app.window->runs().result({1, WorldKind::modeled}) != nullptr;
  }));
  app.window->compare().time().select_job(9);
  CHECK(app.window->job_details().toPlainText().contains("it holds no thread"));
  app.window->compare().time().select_job(kNoJob);
  CHECK(app.window->job_details().toPlainText().contains("No job is selected"));
}

TEST_CASE("the arrow of a column that ascends points up, in every style", "[jobs]") {
  application();
  for (const char* style_name : {"Fusion", "Windows"}) {
    CAPTURE(style_name);
    const std::unique_ptr<QStyle> style(QStyleFactory::create(style_name));
    REQUIRE(style);
    QStandardItemModel model(1, 1);
    model.setHeaderData(0, Qt::Horizontal, QString());
    QTableView table;
    auto* header = new SortHeader(&table);
    header->setStyle(style.get());
    table.setHorizontalHeader(header);
    table.setModel(&model);
    header->resize(100, 30);
    header->resizeSection(0, 100);
    header->setSortIndicatorShown(true);
    const auto drawn = [&](Qt::SortOrder order) {
      header->setSortIndicator(0, order);
      return header->grab().toImage();
    };
    const QImage up = drawn(Qt::AscendingOrder), down = drawn(Qt::DescendingOrder);
    // Where they differ the arrow is. Its middle: an apex above has less of it in the upper half.
    QRect arrow;
    for (int y = 0; y < up.height(); ++y)
      for (int x = 0; x < up.width(); ++x)
        if (up.pixel(x, y) != down.pixel(x, y)) arrow |= QRect(x, y, 1, 1);
    REQUIRE(arrow.height() > 2);
    const auto ink = [&](const QImage& image, int from, int to) {
      int sum = 0;
      for (int y = from; y < to; ++y)
        for (int x = arrow.left(); x <= arrow.right(); ++x)
          sum += std::abs(qGray(image.pixel(x, y)) - qGray(image.pixel(1, y)));
      return sum;
    };
    const int middle = arrow.center().y() + 1;
    CHECK(ink(up, arrow.top(), middle) < ink(up, middle, arrow.bottom() + 1));
    CHECK(ink(down, arrow.top(), middle) > ink(down, middle, arrow.bottom() + 1));
    table.setHorizontalHeader(new QHeaderView(Qt::Horizontal));
  }
}

TEST_CASE("a job that has not begun is on no thread", "[jobs]") {
  const QtWatch watch;
  auto trace = std::make_shared<Trace>();
  TraceRecorder recorder(*trace, 1);
  recorder.enter(0, JobState::queued, 0, seconds(0));
  recorder.finish(seconds(1));
  RunResult result;
  result.concurrency = "thread_per_job";
  result.trace = trace;
  const QString words = job_details(0, result, make_theme(ThemeKind::light));
  INFO(words.toStdString());
  CHECK(words.contains("no thread"));
  CHECK_FALSE(words.contains("main"));
  JobsModel model;
  model.set_sources({{WorldKind::modeled, trace}}, nullptr);
  model.settle();
  REQUIRE(model.rowCount() == 1);
  CHECK(model.index(0, static_cast<int>(JobColumn::thread)).data().toString().isEmpty());
}

}  // namespace spawnpoint::gui
