// SPDX-License-Identifier: GPL-3.0-or-later
// Exported files are read back by third-party programs: rsvg-convert, pdftotext, pdfinfo, Qt's PNG reader.
#include "gui/export/export.hpp"

#include <QDate>
#include <QFile>
#include <QFontMetricsF>
#include <QImage>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "gui/export/figure.hpp"
#include "models/machine/profile_file.hpp"
#include "models/scenario/scenario.hpp"
#include "tests/catch.hpp"
#include "tests/gui/application.hpp"
#include "tests/gui/export_formats.hpp"
#include "tests/gui/timeline_traces.hpp"

namespace spawnpoint::gui {
namespace {

namespace fs = std::filesystem;

struct Setup {
  QtWatch watch;
  QTemporaryDir folder;
  Scenario scenario;
  std::vector<RunResult> results;
  ExportOptions options;

  explicit Setup(std::shared_ptr<const Trace> trace = refused_at_508()) {
    scenario.title = "A thousand threads & more <on the Playground>";
    scenario.file = "somewhere/thousand threads.toml";
    scenario.text = "spawnpoint = 1\n";
    scenario.machine.name = "rust-playground";
    scenario.machine.limits.pids_max = {512};
    scenario.runs.resize(1);
    scenario.runs[0].concurrency = scenario.runs[0].label = "thread_per_job";
    for (const WorldKind world : {WorldKind::modeled, WorldKind::live}) {
      RunResult result;
      result.concurrency = result.label = "thread_per_job";
      result.world = world;
      result.jobs = 1000;
      result.seed = 42;
      result.wall = trace->end.time_since_epoch();
      result.peak_threads = 508;
      result.failure = FailurePoint{.job = 507, .cause = Errno{EAGAIN}, .limit = "pids.max"};
      if (!trace->marks.empty()) result.failure->at = trace->marks.front().at;
      result.trace = trace;
      results.push_back(result);
    }
    options.directory = folder.path().toStdString();
  }
  fs::path only(const ExportReport& report) {
    INFO((report.errors.empty() ? std::string() : report.errors.front()));
    REQUIRE(report.errors.empty());
    REQUIRE(report.written.size() == 1);
    REQUIRE(fs::exists(report.written.front()));
    return report.written.front();
  }
};

QByteArray run(const QString& program, const QStringList& arguments) {
  QProcess process;
  process.start(program, arguments);
  REQUIRE(process.waitForFinished(60'000));
  INFO(process.readAllStandardError().toStdString());
  REQUIRE(process.exitCode() == 0);
  return process.readAllStandardOutput();
}

int count(const QImage& image, const QColor& color) {
  int pixels = 0;
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) pixels += image.pixelColor(x, y).rgb() == color.rgb() ? 1 : 0;
  }
  return pixels;
}

QString path_text(const fs::path& path) {
  return QString::fromStdString(path.string());
}

}  // namespace

TEST_CASE("a PNG has the size, the resolution and the colours that were asked for") {
  Setup setup;
  setup.options.theme = GENERATE(ThemeKind::light, ThemeKind::dark);
  setup.options.size = *parse_export_size("170x120mm@150");
  const QImage image(path_text(setup.only(export_run(setup.scenario, setup.results, setup.options))));
  REQUIRE_FALSE(image.isNull());
  CHECK(image.width() == Approx(170 / 25.4 * 150).margin(1));
  CHECK(image.height() == Approx(120 / 25.4 * 150).margin(1));
  CHECK(image.dotsPerMeterX() == Approx(150 / 0.0254).margin(1));
  const Theme theme = make_theme(setup.options.theme);
  CHECK(image.pixelColor(1, 1).rgb() == theme.base.rgb());
  CHECK(count(image, theme.style(JobState::waiting).color) > 5000);
  CHECK(count(image, theme.failure) > 20);
  CHECK(image.text("Description").contains("seed 42"));
}

TEST_CASE("an SVG is drawn by another program, with nothing over the axes") {
  Setup setup;
  setup.options.formats = export_formats_of({"svg"});
  setup.options.size = *parse_export_size("1000");
  const fs::path file = setup.only(export_run(setup.scenario, setup.results, setup.options));
  CHECK(file.filename() == "thousand-threads.svg");
  const QString png = setup.folder.filePath("drawn.png");
  run("rsvg-convert", {path_text(file), "-o", png});
  const QImage image(png);
  CHECK(image.width() == 1000);
  const Theme theme = make_theme(ThemeKind::light);
  CHECK(count(image, theme.style(JobState::waiting).color) > 5000);
  // Left of the plots there are labels, but no line or bar, although the format cannot clip.
  const QImage margin = image.copy(0, 60, 94, image.height() - 120);
  CHECK(count(margin, theme.style(JobState::waiting).color) == 0);
  CHECK(count(margin, theme.color(SeriesKind::virtual_size)) == 0);
  CHECK(count(margin, theme.color(SeriesKind::threads)) == 0);
  const QImage right = image.copy(984, 60, 16, image.height() - 120);
  CHECK(count(right, theme.style(JobState::waiting).color) == 0);
  QFile text(path_text(file));
  REQUIRE(text.open(QIODevice::ReadOnly));
  const QByteArray svg = text.readAll();
  CHECK(svg.contains("DejaVu Sans"));
  CHECK(svg.contains("EAGAIN"));
  CHECK(svg.contains("seed 42"));
}

TEST_CASE("a PDF has its words as text, its fonts and its data in it") {
  Setup setup;
  setup.options.formats = export_formats_of({"pdf"});
  setup.options.size = *parse_export_size("paper-170");
  const QString file = path_text(setup.only(export_run(setup.scenario, setup.results, setup.options)));
  const QByteArray words = run("pdftotext", {"-layout", file, "-"});
  for (const char* word : {"A thousand threads & more", "MODEL", "LIVE", "Memory", "Threads and tasks", "EAGAIN",
                           "seed 42", "pids.max 512", "rust-playground", "thread 59"}) {
    INFO(word);
    CHECK(words.contains(word));
  }
  const QByteArray fonts = run("pdffonts", {file});
  CHECK(fonts.contains("DejaVuSans"));
  CHECK_FALSE(fonts.contains(" no  no "));
  CHECK(run("pdfinfo", {file}).contains("Pages:           1"));
  const QByteArray attached = run("pdfdetach", {"-list", file});
  CHECK(attached.contains("scenario.toml"));
  CHECK(attached.contains("live-series.csv"));
}

TEST_CASE("a title that asks is not followed by a colon") {
  CHECK(figure_title("A thousand threads", "join_all") == "A thousand threads: join_all");
  CHECK(figure_title("Where does it break?", "join_all") == "Where does it break? – join_all");
}

TEST_CASE("the caption can be switched off") {
  Setup setup;
  setup.options.formats = export_formats_of({"pdf"});
  setup.options.caption = false;
  const QString file = path_text(setup.only(export_run(setup.scenario, setup.results, setup.options)));
  CHECK_FALSE(run("pdftotext", {file, "-"}).contains("seed 42"));
}

TEST_CASE("each part is a file of its own") {
  Setup setup;
  setup.options.parts = {ExportPart::all, ExportPart::timelines, ExportPart::memory, ExportPart::threads};
  setup.options.formats = export_formats_of({"png", "svg"});
  int last = 0;
  int total = 0;
  setup.options.progress = [&](int done, int of) {
    CHECK(done == last + 1);
    last = done;
    total = of;
  };
  const ExportReport report = export_run(setup.scenario, setup.results, setup.options);
  CHECK(report.errors.empty());
  CHECK(report.written.size() == 8);
  CHECK(last == 8);
  CHECK(total == 8);
  CHECK(fs::exists(setup.options.directory / "thousand-threads-memory.svg"));
}

TEST_CASE("tables and traces are written for each world") {
  Setup setup;
  setup.options.formats = export_formats_of({"csv", "trace"});
  const ExportReport report = export_run(setup.scenario, setup.results, setup.options);
  CHECK(report.errors.empty());
  CHECK(report.written.size() == 4);
  QFile table(path_text(setup.options.directory / "thousand-threads-live-csv" / "series.csv"));
  REQUIRE(table.open(QIODevice::ReadOnly));
  CHECK(table.readAll().contains("resident"));
  QFile trace(path_text(setup.options.directory / "thousand-threads-modeled.trace.json"));
  REQUIRE(trace.open(QIODevice::ReadOnly));
  CHECK(nlohmann::json::parse(trace.readAll().toStdString()).contains("traceEvents"));
}

TEST_CASE("a picture of a million jobs stays small") {
  Setup setup(million_tasks());
  setup.options.formats = export_formats_of({"svg", "pdf"});
  const ExportReport report = export_run(setup.scenario, setup.results, setup.options);
  REQUIRE(report.written.size() == 2);
  for (const fs::path& file : report.written) CHECK(fs::file_size(file) < 4'000'000);
}

TEST_CASE("the same run gives the same SVG, byte for byte") {
  Setup setup;
  setup.options.formats = export_formats_of({"svg"});
  const auto once = [&] {
    QFile file(path_text(setup.only(export_run(setup.scenario, setup.results, setup.options))));
    REQUIRE(file.open(QIODevice::ReadOnly));
    return file.readAll();
  };
  const QByteArray first = once();
  CHECK(first == once());
}

TEST_CASE("what cannot be exported is said, and the rest is written") {
  Setup setup;
  setup.results[0].trace = nullptr;
  setup.results[0].error = "no room for the model";
  const ExportReport report = export_run(setup.scenario, setup.results, setup.options);
  REQUIRE(report.errors.size() == 1);
  CHECK_THAT(report.errors[0], Catch::Matchers::ContainsSubstring("no room for the model"));
  CHECK(report.written.size() == 1);
}

TEST_CASE("a folder that cannot be made is an error in words") {
  Setup setup;
  const fs::path file = setup.options.directory / "a-file";
  QFile in_the_way(path_text(file));
  REQUIRE(in_the_way.open(QIODevice::WriteOnly));
  setup.options.directory = file / "below";
  const ExportReport report = export_run(setup.scenario, setup.results, setup.options);
  REQUIRE(report.errors.size() == 1);
  CHECK_THAT(report.errors[0], Catch::Matchers::ContainsSubstring("a-file"));
  CHECK(report.written.empty());
}

TEST_CASE("a stopped export writes no further file") {
  Setup setup;
  std::stop_source stop;
  setup.options.stop = stop.get_token();
  setup.options.parts = {ExportPart::memory, ExportPart::threads};
  setup.options.progress = [&](int, int) { stop.request_stop(); };
  const ExportReport report = export_run(setup.scenario, setup.results, setup.options);
  CHECK(report.stopped);
  CHECK(report.written.size() == 1);
}

TEST_CASE("sizes are read in all their forms") {
  struct Case {
    const char* text;
    double width_mm;
    double height_mm;
    int dpi;
  };
  const auto c = GENERATE(Case{"paper-85", 85, 0, 300}, Case{"paper-85@1200", 85, 0, 1200}, Case{"120mm", 120, 0, 300},
                          Case{"120x80mm@600", 120, 80, 600}, Case{"960", 254, 0, 96}, Case{"960x480", 254, 127, 96},
                          Case{"960px", 254, 0, 96});
  const auto size = parse_export_size(c.text);
  REQUIRE(size);
  CHECK(size->width_mm == Approx(c.width_mm));
  CHECK(size->height_mm == Approx(c.height_mm));
  CHECK(size->dpi == c.dpi);
  for (const char* wrong : {"", "x", "big", "10", "1600x", "1600x10", "120mm@10", "paper-85@", "nan", "-100", "1e9"}) {
    INFO(wrong);
    CHECK_FALSE(parse_export_size(wrong));
  }
}

TEST_CASE("formats and parts are read by their names") {
  CHECK(export_format("pdf").title == "PDF");
  CHECK_THAT(parse_export_format("gif").error(), Catch::Matchers::ContainsSubstring("png, svg, pdf, csv, trace"));
  CHECK(parse_export_part("memory") == ExportPart::memory);
  CHECK_FALSE(parse_export_part("maps"));
}

TEST_CASE("no text of a figure for paper is smaller than six points") {
  Setup setup;
  setup.options.formats = export_formats_of({"svg"});
  setup.options.size = *parse_export_size(GENERATE("paper-85", "paper-170", "85mm", "119mm"));
  setup.options.parts = {GENERATE(ExportPart::all, ExportPart::timelines, ExportPart::memory, ExportPart::threads)};
  QFile file(path_text(setup.only(export_run(setup.scenario, setup.results, setup.options))));
  REQUIRE(file.open(QIODevice::ReadOnly));
  const QString svg = QString::fromUtf8(file.readAll());
  // The page is in pixels, of which there are 96 per inch; a group's text has its font's size times its matrix.
  static const QRegularExpression groups(
      QStringLiteral(R"re(transform="matrix\(([-0-9.e]+),[^"]*"[^>]*font-size="([0-9.]+)"[^>]*>\s*<text)re"));
  int texts = 0;
  double smallest = 100;
  for (auto match = groups.globalMatch(svg); match.hasNext(); ++texts) {
    const auto group = match.next();
    smallest = std::min(smallest, group.captured(1).toDouble() * group.captured(2).toDouble() * 72 / 96);
  }
  CHECK(texts > 5);
  CHECK(smallest > 5.95);
  CHECK(smallest < 7);
}

TEST_CASE("the command that makes the same export is shown") {
  Setup setup;
  setup.options.directory = "my charts";
  setup.options.formats = export_formats_of({"svg", "csv"});
  setup.options.size = *parse_export_size("slide");
  CHECK(export_command(setup.scenario, setup.options) ==
        "spawnpoint export 'somewhere/thousand threads.toml' --output 'my charts' --format svg,csv --size slide");
  setup.scenario.runs.resize(2);
  setup.options.rows = RowChoice::jobs;
  CHECK(export_command(setup.scenario, setup.options, {{{"jobs.count", "it's 3"}}, 1, Worlds::both}) ==
        "spawnpoint export 'somewhere/thousand threads.toml' --output 'my charts' --format svg,csv "
        "--set 'jobs.count=it'\\''s 3' --run 2 --world both --rows jobs --size slide");
}

TEST_CASE("a figure for a column of paper has all of its words") {
  Setup setup;
  setup.results[1].imposed = {{"pids.max", 512, Imposed::yes, "pids.max = 508 in a control group of its own"},
                              {"memory.max", 512 << 20, Imposed::yes, "510 MiB in a control group of its own"},
                              {"pid_max", 32768, Imposed::not_needed, "not needed: pids.max is reached first"}};
  for (RunResult& result : setup.results) result.memory.resident = Bytes{14 << 20};
  setup.options.formats = export_formats_of({"pdf"});
  setup.options.size = *parse_export_size(GENERATE("paper-85", "paper-170"));
  setup.options.parts = {GENERATE(ExportPart::all, ExportPart::memory, ExportPart::threads)};
  const QString file = path_text(setup.only(export_run(setup.scenario, setup.results, setup.options)));
  // Lines are broken anywhere between words.
  const QString words = QString::fromUtf8(run("pdftotext", {"-raw", file, "-"})).simplified();
  INFO(words.toStdString());
  // The run's name, the memory and the failure in each header, a short label at the ✕, which line is which world.
  for (const char* said :
       {"on the Playground>: thread_per_job", "508 threads with main", "14 MiB", "EAGAIN by pids.max at job 508",
        "EAGAIN by pids.max", "model", "live", "pids.max 512 held (pids.max = 508 in a control group of its own)",
        "memory.max 512 MiB held", "this machine: ", "Linux", "seed 42", "Spawnpoint"}) {
    INFO(said);
    CHECK(words.contains(QString::fromUtf8(said)));
  }
  CHECK(words.contains(QDate::currentDate().toString(Qt::ISODate)));
  CHECK_FALSE(words.contains("536870912"));
  CHECK_FALSE(words.contains("pid_max 32768"));
  CHECK_FALSE(words.contains(u'…'));
}

TEST_CASE("a caption is broken at its dots, and what is longer than a line between words") {
  application();
  const QFont font = make_theme(ThemeKind::light).font(10);
  const QFontMetricsF metrics(font);
  const QString caption = "a.toml · 1,000 jobs · live on this machine, pids.max 512 held, memory.max 512 MiB held";
  const double width = metrics.horizontalAdvance("a.toml · 1,000 jobs · live");
  const std::vector<QString> lines = caption_lines(caption, font, width);
  QString joined;
  for (const QString& line : lines) {
    CHECK(metrics.horizontalAdvance(line) <= width);
    joined += (joined.isEmpty() ? "" : " ") + line;
  }
  CHECK(joined.remove(u'·').simplified() == QString(caption).remove(u'·').simplified());
}

TEST_CASE("the limits are exported as a picture of the ladder and as a table") {
  Setup setup;
  setup.scenario.machine = load_machine("rust-playground", {}).value();
  setup.scenario.host_machine = false;
  setup.scenario.runs[0].runtime = load_runtime("rust-std", {}).value();
  setup.options.formats = export_formats_of({"svg", "csv", "trace"});
  setup.options.size = *parse_export_size("paper-85");
  const ExportReport report = export_limits(setup.scenario, 0, 1000, setup.options);
  CHECK(report.errors.empty());
  REQUIRE(report.written.size() == 2);
  CHECK(report.written[0].filename() == "thousand-threads-limits.svg");
  QFile svg(path_text(report.written[0]));
  REQUIRE(svg.open(QIODevice::ReadOnly));
  const QString drawn = QString::fromUtf8(svg.readAll());
  CHECK(drawn.contains("pids.max"));
  CHECK(drawn.contains("rust-playground allows 507"));
  CHECK(drawn.contains("docker update --pids-limit N"));
  QFile csv(path_text(report.written[1]));
  REQUIRE(csv.open(QIODevice::ReadOnly));
  const QList<QByteArray> lines = csv.readAll().split('\n');
  CHECK(lines[0] == "limit,value,unit,threads,call,seen_as,exempt,set_by,raised_with,room");
  CHECK(lines[1].startsWith("pids.max,512,count,507,clone3,EAGAIN,false,"));
}

TEST_CASE("jobs are exported as a table, and as nothing else") {
  Setup setup;
  const auto trace = refused_at_508();
  JobsSnapshot jobs;
  jobs.worlds = {std::make_shared<const JobFigures>(WorldKind::modeled, trace, nullptr)};
  jobs.rows = job_rows(jobs.worlds, {}, {}, {});
  setup.options.formats = export_formats_of({"csv"});
  const fs::path file = setup.only(export_jobs(setup.scenario, "thread_per_job", jobs, setup.options));
  CHECK(file.filename() == "thousand-threads-jobs.csv");
  QFile csv(path_text(file));
  REQUIRE(csv.open(QIODevice::ReadOnly));
  const QList<QByteArray> lines = csv.readAll().trimmed().split('\n');
  CHECK(lines.size() == static_cast<qsizetype>(trace->jobs.size()) + 1);
  CHECK(lines[0].startsWith("Job,World,Thread,State,Arrival (s),Start (s)"));
  CHECK(lines[1].startsWith("1,model,"));
  setup.options.formats = export_formats_of({"png"});
  const ExportReport refused = export_jobs(setup.scenario, "thread_per_job", jobs, setup.options);
  CHECK(refused.written.empty());
  REQUIRE(refused.errors.size() == 1);
}

}  // namespace spawnpoint::gui
