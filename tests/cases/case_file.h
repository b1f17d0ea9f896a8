#pragma once

#include <string>
#include <string_view>
#include <vector>

// Text cases: what a query answers, as files that anyone can write.
//
//     # What the case shows.
//     file sales.csv
//     region,price
//     north,1.5
//     ----
//     query
//     SELECT region, price * 2 AS twice FROM 'sales.csv'
//     ----
//     expect
//     region,twice
//     "north",3.0
//     ----
//
// Instead of expect: `error TypeError`, then text that the message has in it, a line each. A case may have
// several queries over the same files, each with what it expects.
namespace treadle::cases {

struct InputFile {
  std::string name;
  std::string text;
};

struct Query {
  std::string text;
  /// The kind of error that is expected; empty: none.
  std::string error;
  /// The table, or text that the error's message has in it.
  std::string expected;
};

struct CaseFile {
  std::string heading;
  std::vector<InputFile> files;
  std::vector<Query> queries;
};

/// Throws ParseError naming the file and line.
CaseFile read_case(const std::string& path);
/// The same file with other expectations: what --complete writes.
std::string write_case(const CaseFile& content);

}  // namespace treadle::cases
