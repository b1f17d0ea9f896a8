# What every target of Treadle is compiled with: the interface library `treadle_options`.
add_library(treadle_options INTERFACE)
target_compile_features(treadle_options INTERFACE cxx_std_20)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
target_include_directories(treadle_options INTERFACE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
target_compile_options(treadle_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow=local -Wnon-virtual-dtor -Woverloaded-virtual
  # Same bits on every CPU: no fused multiply-add behind our back; wider code is chosen at run time.
  -ffp-contract=off -march=x86-64-v2 -fno-semantic-interposition)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # clang knows -Wshadow without levels, and no =local.
  get_target_property(options treadle_options INTERFACE_COMPILE_OPTIONS)
  list(REMOVE_ITEM options -Wshadow=local)
  set_target_properties(treadle_options PROPERTIES INTERFACE_COMPILE_OPTIONS "${options}")
  # GCC's std::stable_sort calls what GCC deprecates; unnamed structs in unions are an extension that both have.
  target_compile_options(treadle_options INTERFACE -Wno-deprecated-declarations -Wno-nested-anon-types)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 sees overlapping copies in std::string's operator+ that are not there (GCC's bug 105651).
  target_compile_options(treadle_options INTERFACE -Wno-restrict)
endif()
if(TREADLE_BUILD_FUZZERS)
  # So that fuzz targets see which branches of the library an input reaches.
  target_compile_options(treadle_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths relative to the clone, so that several clones on a machine share what they compiled.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=true
      CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

# treadle_precompile(TARGET HOST HEADERS...): TARGET shares what HOST, an earlier target with the same options, has
# precompiled; HOST itself precompiles HEADERS.
function(treadle_precompile target host)
  if(target STREQUAL host)
    target_precompile_headers(${target} PRIVATE ${ARGN})
  else()
    target_precompile_headers(${target} REUSE_FROM ${host})
  endif()
endfunction()

# What most sources include; without <filesystem>, whose std::quoted() a call with a std::string would find.
set(TREADLE_STANDARD_HEADERS <algorithm> <array> <atomic> <charconv> <chrono> <cmath> <cstddef> <cstdint> <cstring>
    <exception> <fstream> <functional> <limits> <map> <memory> <mutex> <numeric> <optional> <set> <span>
    <stdexcept> <string> <string_view> <type_traits> <unordered_map> <utility> <variant> <vector>)
