// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the repository's documents, for the tests that compare them with the program: READMEs and manual pages.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace spawnpoint::tests {

/// A file of the repository, by its path from the root.
std::string document(const std::filesystem::path& path);

/// Every Markdown file of the repository, by its path from the root.
std::vector<std::filesystem::path> markdown_files();

/// The cells of each row of the tables in `text`, headings included.
std::vector<std::vector<std::string>> table_rows(std::string_view text);

/// What is between backquotes in `text`, outside of blocks of code.
std::vector<std::string> code_words(std::string_view text);

/// The names in all comments `<!-- from the program: NAME -->` of `text`.
std::set<std::string> generated_names(std::string_view text);
/// `text` with `part` between such a comment and the next `<!-- end -->`; as it is where there is no such comment.
std::string with_generated_part(const std::string& text, std::string_view name, std::string_view part);

/// A section of a manual page (mdoc): what follows `.Sh NAME` or `.Ss NAME` up to the next heading of either kind.
std::string manual_section(std::string_view page, std::string_view name);
/// The names of a manual page's subsections (.Ss).
std::set<std::string> manual_subsections(std::string_view page);
/// The options that a part of a manual page names, such as "--json" and "-o".
std::set<std::string> manual_options(std::string_view part);
/// The commands in a manual page's synopsis, each with the options that it names there; "" is the program itself.
std::vector<std::pair<std::string, std::set<std::string>>> manual_synopsis(std::string_view page);

/// The options in a program's --help, without those that every program has: --help and --version.
std::set<std::string> help_options(std::string_view help);
/// The commands in a program's --help.
std::set<std::string> help_commands(std::string_view help);

}  // namespace spawnpoint::tests
