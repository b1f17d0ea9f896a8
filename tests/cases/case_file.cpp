#include "cases/case_file.h"

#include <fstream>
#include <optional>
#include <utility>

#include "treadle/error.h"

namespace treadle::cases {
namespace {

constexpr std::string_view kEnd = "----";

class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path), input_(path) {
    if (!input_) throw IoError("cannot read " + path);
  }

  CaseFile read() {
    while (const auto line = next_line()) {
      if (line->starts_with('#')) {
        content_.heading += *line + '\n';
      } else if (!line->empty()) {
        read_section(*line);
      }
    }
    if (content_.queries.empty()) fail("expected a query, found none");
    return std::move(content_);
  }

 private:
  void read_section(const std::string& line) {
    const std::string word = line.substr(0, line.find(' '));
    const std::string rest = line.size() > word.size() ? line.substr(word.size() + 1) : std::string();
    const std::string body = read_body();
    if (word == "file" && !rest.empty()) {
      content_.files.push_back({rest, body});
    } else if (word == "query") {
      content_.queries.push_back({body, {}, {}});
    } else if ((word == "expect" || word == "error") && !content_.queries.empty()) {
      content_.queries.back().error = rest;
      content_.queries.back().expected = body;
    } else {
      fail("expected `file NAME`, `query`, `expect` or `error KIND`, found " + line);
    }
  }

  std::string read_body() {
    std::string body;
    while (const auto line = next_line()) {
      if (*line == kEnd) return body;
      body += *line + '\n';
    }
    fail("expected ---- at the end of a section");
  }

  std::optional<std::string> next_line() {
    std::string line;
    if (!std::getline(input_, line)) return std::nullopt;
    ++line_;
    return line;
  }

  [[noreturn]] void fail(const std::string& message) const { throw ParseError({path_, line_, 0}, message); }

  std::string path_;
  std::ifstream input_;
  std::uint64_t line_ = 0;
  CaseFile content_;
};

std::string section(const std::string& head, const std::string& body) {
  return head + '\n' + body + std::string(kEnd) + '\n';
}

}  // namespace

CaseFile read_case(const std::string& path) { return Reader(path).read(); }

std::string write_case(const CaseFile& content) {
  std::string text = content.heading;
  for (const InputFile& file : content.files) text += section("file " + file.name, file.text);
  for (const Query& query : content.queries) {
    text += section("query", query.text);
    text += section(query.error.empty() ? "expect" : "error " + query.error, query.expected);
  }
  return text;
}

}  // namespace treadle::cases
