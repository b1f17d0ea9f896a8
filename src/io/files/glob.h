#pragma once

#include <span>
#include <string>
#include <vector>

namespace treadle::io {

/// The files that paths and patterns stand for. In a pattern * and ? stand for characters of a name, [...]
/// for one of several, ** for folders of any depth; names that begin with a dot are matched only by a dot.
/// The files of a pattern come in byte order, patterns in the order given; a path that exists is taken as it
/// is, whatever characters it has. Throws IoError for a pattern that no file matches.
std::vector<std::string> expand_paths(std::span<const std::string> patterns);

}  // namespace treadle::io
