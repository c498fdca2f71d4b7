// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/trace/output_file.hpp"

#include <utility>

namespace spawnpoint {

OutputFile::OutputFile(const std::filesystem::path& path)
    : file_(ReplacingFile::create(path)), buffer_(std::make_unique_for_overwrite<char[]>(kBuffer)) {}

OutputFile& OutputFile::write_long(std::string_view text) {
  flush();
  write_all(text);
  return *this;
}

void OutputFile::flush() {
  write_all({buffer_.get(), used_});
  used_ = 0;
}

void OutputFile::write_all(std::string_view text) {
  if (!file_) return;
  if (auto written = file_->write(text); !written) file_ = std::unexpected(std::move(written).error());
}

std::expected<void, std::string> OutputFile::close() {
  flush();
  if (!file_) return std::unexpected(file_.error());
  return file_->commit();
}

}  // namespace spawnpoint
