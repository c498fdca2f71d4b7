// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever the program is given or denied, it ends with a status that tells, and destroys nothing.
#include <sys/stat.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tests/catch.hpp"
#include "tests/cli/program.hpp"
#include "tests/sanitizers.hpp"

using namespace spawnpoint::tests;

namespace {

const std::string kRun =
    "title = \"Few\"\n[machine]\nprofile = \"laptop-8g\"\n[jobs]\ncount = 3\nsteps = [ { sleep = \"1s\" } ]\n"
    "[[run]]\nconcurrency = \"thread_per_job\"\n";
const std::string kFew = kRun + "[sweep]\n\"jobs.count\" = [1, 3]\n";

/// In a shell in `folder`; $run is the program.
Output shell(const TemporaryDirectory& folder, const std::string& command) {
  const std::string all =
      "cd '" + folder.path().string() + "'; run='" SPAWNPOINT_PROGRAMS "/spawnpoint-run'; " + command;
  write_file(folder / "command", all);
  Output output;
  const int status = std::system(("sh '" + (folder / "command").string() + "' >'" + (folder / "out").string() +
                                  "' 2>'" + (folder / "err").string() + "' </dev/null")
                                     .c_str());
  if (WIFEXITED(status)) output.status = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) output.signal = WTERMSIG(status);
  output.out = read_file(folder / "out");
  output.err = read_file(folder / "err");
  return output;
}

}  // namespace

TEST_CASE("standard output or error that is closed or full ends in status 3 or the mistake's own, never in an abort") {
  const TemporaryDirectory folder;
  write_file(folder / "few.toml", kFew);
  for (const char* lost : {">&-", ">/dev/full", ">&- 2>&-", ">/dev/full 2>/dev/full"}) {
    for (const char* what : {"run few.toml", "run few.toml --json", "run few.toml --log", "limits few.toml",
                             "sweep few.toml", "machine", "check few.toml", "--help", "--version", "run --help"}) {
      INFO(what << ' ' << lost);
      const Output output = shell(folder, "\"$run\" " + std::string(what) + " " + lost);
      CHECK(output.status == 3);
    }
  }
  for (const char* lost : {"2>&-", "2>/dev/full"}) {
    for (const auto& [what, status] : std::initializer_list<std::pair<const char*, int>>{{"run few.toml --set a", 2},
                                                                                         {"run none.toml", 2},
                                                                                         {"run few.toml", 0},
                                                                                         {"machine", 3},
                                                                                         {"sweep few.toml", 3}}) {
      INFO(what << ' ' << lost);
      CHECK(shell(folder, "\"$run\" " + std::string(what) + " " + lost).status == status);
    }
  }
}

TEST_CASE("standard input that cannot be read is a mistake, not an empty file") {
  const TemporaryDirectory folder;
  for (const char* input : {"<&-", "<."}) {
    INFO(input);
    const Output output = shell(folder, std::string("\"$run\" run - ") + input);
    CHECK(output.status == 2);
    CHECK(output.err.find("standard input cannot be read") != std::string::npos);
  }
  const Output twice = shell(folder, "\"$run\" run - -");
  CHECK(twice.status == 2);
  CHECK(twice.err.find("can be read only once") != std::string::npos);
  for (const char* option : {"run few.toml --trace \"\"", "run few.toml --csv \"\"", "sweep few.toml -o \"\"",
                             "sweep few.toml --journal \"\"", "machine -o \"\""}) {
    INFO(option);
    CHECK(shell(folder, std::string("\"$run\" ") + option).status == 2);
  }
}

TEST_CASE("a result file is not touched by what is refused") {
  const TemporaryDirectory folder;
  write_file(folder / "sweep.toml", kRun + "[sweep]\n\"jobs.count\" = [1, 2, 3, 4, 5, 6]\n");
  write_file(folder / "out.json", "old");
  // The journal is another sweep's.
  REQUIRE(shell(folder, "\"$run\" sweep sweep.toml --json --journal j >/dev/null").status == 0);
  CHECK(shell(folder, "\"$run\" sweep sweep.toml --seed 9 --json --journal j -o out.json").status == 3);
  CHECK(read_file(folder / "out.json") == "old");
  const Output same = shell(folder, "\"$run\" sweep sweep.toml --json --journal j -o j");
  CHECK(same.status == 3);
  CHECK(same.err.find("the journal and the result") != std::string::npos);
  // A disk that is full.
  const std::string old_journal = read_file(folder / "j");
  const Output full = shell(folder, "trap '' XFSZ; ulimit -f 1; \"$run\" sweep sweep.toml --json -o out.json");
  CHECK(full.status == 3);
  CHECK(full.err.find("out.json: ") != std::string::npos);
  CHECK(read_file(folder / "out.json") == "old");
  const Output machine = shell(folder, "cp out.json m.toml; trap '' XFSZ; ulimit -f 1; \"$run\" machine -o m.toml");
  CHECK(machine.status == 3);
  CHECK(read_file(folder / "m.toml") == "old");
  const Output trace =
      shell(folder, "cp out.json t.json; trap '' XFSZ; ulimit -f 1; \"$run\" run sweep.toml --trace t.json");
  CHECK(trace.status == 3);
  CHECK(read_file(folder / "t.json") == "old");
  CHECK(read_file(folder / "j") == old_journal);
}

TEST_CASE("special files are refused, not read forever") {
  const TemporaryDirectory folder;
  REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
  const std::string trace = "[machine]\nprofile = \"laptop-8g\"\n[jobs]\narrivals = { trace = \"";
  for (const char* file : {"/dev/zero", "fifo", "/proc/kmsg", "/proc/self/environ", "."}) {
    INFO(file);
    write_file(folder / "special.toml", trace + file + "\" }\n");
    const Output output = shell(folder, "\"$run\" run special.toml");
    CHECK(output.status == 2);
    CHECK(output.err.find("special.toml:4:") != std::string::npos);
    CHECK(shell(folder, std::string("\"$run\" run ") + file).status == 2);
    CHECK(shell(folder, std::string("\"$run\" run special.toml --set machine.profile=") + file).status == 2);
  }
}

TEST_CASE("what another file holds is not quoted") {
  const TemporaryDirectory folder;
  write_file(folder / "secret", "root:$y$hash:19000\n");
  write_file(folder / "token.toml", "[registry]\ntoken = \"hunter2\"\nuser = \"me\"\n");
  const std::string start = "[jobs]\ncount = 3\n";
  for (const std::string& text :
       {start + "arrivals = { trace = \"secret\" }\n[machine]\nprofile = \"laptop-8g\"\n",
        start + "steps = [ { sleep = \"empirical(secret)\" } ]\n[machine]\nprofile = \"laptop-8g\"\n",
        start + "[machine]\nprofile = \"./secret\"\n", start + "[machine]\nprofile = \"token.toml\"\n",
        start +
            "[machine]\nprofile = \"laptop-8g\"\n[[run]]\nconcurrency = \"join_all\"\nruntime = \"token.toml\"\n"}) {
    write_file(folder / "curious.toml", text);
    const Output output = shell(folder, "\"$run\" run curious.toml");
    INFO(text << output.err);
    CHECK(output.status == 2);
    for (const char* word : {"hash", "hunter2", "token = ", "root"}) CHECK(output.err.find(word) == std::string::npos);
  }
}

TEST_CASE("little memory, small stacks and few descriptors end in a clear word") {
  if (spawnpoint::kSanitized) SKIP("a sanitizer's own memory does not fit");
  const TemporaryDirectory folder;
  write_file(folder / "few.toml", kFew);
  write_file(folder / "many.toml",
             "[machine]\nprofile = \"laptop-8g\"\nmemory = \"1TiB\"\n[jobs]\ncount = 10_000_000\n"
             "steps = [ { sleep = \"1s\" } ]\n[[run]]\nconcurrency = \"join_all\"\n");
  // As it is allowed to take more than there is.
  const Output many = shell(folder, "ulimit -v 300000; \"$run\" run many.toml --json --budget memory=1TiB,time=1h");
  INFO(many.out << many.err);
  CHECK(many.status == 3);
  const auto result = nlohmann::json::parse(lines_of(many.out).at(0));
  CHECK(result["error"] == "this machine has not enough memory to compute it");
  CHECK(result["completed"] == 0);
  for (const char* command : {"run few.toml", "limits few.toml", "sweep few.toml --set jobs.count=2"}) {
    const Output small = shell(folder, std::string("ulimit -s 64; \"$run\" ") + command);
    INFO(command << small.err);
    CHECK(small.status == 0);
  }
  const Output live = shell(folder, "ulimit -n 8; \"$run\" run few.toml --world live");
  INFO(live.err);
  CHECK(live.status == 3);
  CHECK(live.err.find("open files") != std::string::npos);
  const Output none = shell(folder, "unset HOME XDG_DATA_HOME; \"$run\" machine --calibrate --save");
  CHECK(none.status == 3);
  CHECK(none.err.find("nowhere to save it") != std::string::npos);
}
