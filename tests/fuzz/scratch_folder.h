#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace treadle::fuzz {

/// Makes a fresh folder with a small table `t.csv` in it the working directory; once.
inline void enter_scratch_folder() {
  static const std::filesystem::path kFolder = [] {
    std::string name = (std::filesystem::temp_directory_path() / "treadle-fuzz-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    std::filesystem::current_path(name);
    std::ofstream("t.csv") << "id,word,number,day,flag\n1,a,2.5,2024-01-01,true\n2,,-1,2024-02-29,false\n";
    return std::filesystem::path(name);
  }();
}

/// Whether a text could name a file outside of the scratch folder, such as an endless device.
inline bool leaves_scratch_folder(std::string_view text) { return text.find_first_of("/~\\") != text.npos; }

}  // namespace treadle::fuzz
