# treadle_room(NAME SOURCES a.cpp ... [TESTS a_test.cpp ...] [LINK libraries ...]
#              [ARROW_SOURCES b.cpp ...] [ARROW_TESTS b_test.cpp ...] [STORE_SOURCES c.cpp ...]
#              [LINEAR_SOURCES d.cpp ...] [PRECOMPILE headers ...])
#
# Declares a room: an object library `treadle_NAME` that becomes part of the shared library `treadle`,
# and, when tests are built, one test program `test_NAME` from the test files beside the sources.
# LINK names what the room's own sources need from outside; it reaches the users of the room, too.
# ARROW_SOURCES and ARROW_TESTS may include Arrow's headers: they are objects and a test program of their own
# (`treadle_NAME_arrow`, `test_NAME_arrow`) with these headers precompiled. The objects become the shared library
# `treadle_parquet`, which `treadle` loads at the first use of a Parquet file.
# STORE_SOURCES may include the headers of HDF5 and Blosc: they become the shared library `treadle_stores`, loaded in
# the same way. LINEAR_SOURCES likewise those of OpenBLAS, LAPACKE and FFTW, for `treadle_linear`.
# PRECOMPILE: headers from outside that most of the room's sources include and that cost seconds.
function(treadle_room name)
  cmake_parse_arguments(PARSE_ARGV 1 room "" "" "SOURCES;TESTS;LINK;ARROW_SOURCES;ARROW_TESTS;STORE_SOURCES;LINEAR_SOURCES;PRECOMPILE")
  set(target treadle_${name})
  add_library(${target} OBJECT ${room_SOURCES})
  target_link_libraries(${target} PUBLIC treadle_options ${room_LINK})
  if(room_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE ${room_PRECOMPILE})
  elseif(TREADLE_PRECOMPILE)
    # The release build goes without, so that a file that forgets an #include is found.
    treadle_precompile(${target} treadle_base ${TREADLE_STANDARD_HEADERS})
  endif()
  set_property(GLOBAL APPEND PROPERTY TREADLE_ROOMS ${target})
  if(TREADLE_BUILD_TESTS AND room_TESTS)
    add_executable(test_${name} ${room_TESTS})
    target_link_libraries(test_${name} PRIVATE treadle treadle_options ${room_LINK} GTest::gtest_main)
    add_dependencies(test_${name} treadle_linear treadle_parquet treadle_stores)
    treadle_precompile(test_${name} test_base ${TREADLE_STANDARD_HEADERS} <gtest/gtest.h>)
    treadle_add_test(${name} test_${name})
  endif()
  if(room_ARROW_SOURCES)
    treadle_arrow_adapter(${name})
  endif()
  if(room_STORE_SOURCES)
    add_library(${target}_stores OBJECT ${room_STORE_SOURCES})
    target_link_libraries(${target}_stores PUBLIC treadle_options)
    target_include_directories(${target}_stores SYSTEM PRIVATE ${TREADLE_HDF5_INCLUDE} ${TREADLE_BLOSC_INCLUDE})
    set_property(GLOBAL APPEND PROPERTY TREADLE_STORE_ROOMS ${target}_stores)
  endif()
  if(room_LINEAR_SOURCES)
    add_library(${target}_linear OBJECT ${room_LINEAR_SOURCES})
    target_link_libraries(${target}_linear PUBLIC treadle_options)
    set_property(GLOBAL APPEND PROPERTY TREADLE_LINEAR_ROOMS ${target}_linear)
  endif()
endfunction()

# The part of a room that includes Arrow's headers; called by treadle_room().
macro(treadle_arrow_adapter name)
  add_library(${target}_arrow OBJECT ${room_ARROW_SOURCES})
  target_link_libraries(${target}_arrow PUBLIC treadle_options ${room_LINK} PRIVATE treadle_arrow::parquet)
  target_precompile_headers(${target}_arrow PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/arrow_adapter/precompiled.h)
  set_property(GLOBAL APPEND PROPERTY TREADLE_ARROW_ROOMS ${target}_arrow)
  if(TREADLE_BUILD_TESTS AND room_ARROW_TESTS)
    add_executable(test_${name}_arrow ${room_ARROW_TESTS})
    target_link_libraries(test_${name}_arrow PRIVATE treadle treadle_parquet treadle_options ${room_LINK}
                          treadle_arrow::parquet GTest::gtest_main)
    target_precompile_headers(test_${name}_arrow PRIVATE
                              ${CMAKE_CURRENT_SOURCE_DIR}/arrow_adapter/precompiled.h)
    treadle_add_test(${name}_arrow test_${name}_arrow)
  endif()
endmacro()

# treadle_add_test(NAME TARGET): a GoogleTest program, case by case; or whole, where starting a program is slow
# because of what it is instrumented with. Checks run once: compiling them takes longer than they do.
function(treadle_add_test name target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-Og> $<$<CONFIG:None>:-O0>)
  if(TREADLE_TEST_EACH_CASE)
    gtest_discover_tests(${target} TEST_PREFIX "${name}: " DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 300)
  else()
    add_test(NAME ${name} COMMAND ${target} --gtest_brief=1)
    set_tests_properties(${name} PROPERTIES TIMEOUT 1200)
  endif()
endfunction()

# treadle_optional_subdirectory(OPTION FOLDER): adds FOLDER if the option is on and the folder has a CMakeLists.txt.
function(treadle_optional_subdirectory option folder)
  if(${option} AND EXISTS ${PROJECT_SOURCE_DIR}/${folder}/CMakeLists.txt)
    add_subdirectory(${PROJECT_SOURCE_DIR}/${folder})
  endif()
endfunction()

# Joins all rooms declared so far into the shared libraries `treadle`, `treadle_parquet`, `treadle_stores` and
# `treadle_linear`.
function(treadle_library)
  get_property(rooms GLOBAL PROPERTY TREADLE_ROOMS)
  add_library(treadle SHARED)
  add_library(treadle::treadle ALIAS treadle)
  foreach(room IN LISTS rooms)
    target_sources(treadle PRIVATE $<TARGET_OBJECTS:${room}>)
    target_link_libraries(treadle PRIVATE ${room})
  endforeach()
  target_include_directories(treadle INTERFACE
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>)
  target_compile_features(treadle INTERFACE cxx_std_20)
  set_target_properties(treadle PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION 0)

  get_property(arrow_rooms GLOBAL PROPERTY TREADLE_ARROW_ROOMS)
  add_library(treadle_parquet SHARED)
  foreach(room IN LISTS arrow_rooms)
    target_sources(treadle_parquet PRIVATE $<TARGET_OBJECTS:${room}>)
    target_link_libraries(treadle_parquet PRIVATE ${room})
  endforeach()
  target_link_libraries(treadle_parquet PRIVATE treadle)
  set_target_properties(treadle_parquet PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION 0)

  get_property(store_rooms GLOBAL PROPERTY TREADLE_STORE_ROOMS)
  add_library(treadle_stores SHARED)
  foreach(room IN LISTS store_rooms)
    target_sources(treadle_stores PRIVATE $<TARGET_OBJECTS:${room}>)
  endforeach()
  target_link_libraries(treadle_stores PRIVATE treadle ${TREADLE_HDF5_LIBRARY} ${TREADLE_BLOSC_LIBRARY})
  set_target_properties(treadle_stores PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION 0)

  get_property(linear_rooms GLOBAL PROPERTY TREADLE_LINEAR_ROOMS)
  add_library(treadle_linear SHARED)
  foreach(room IN LISTS linear_rooms)
    target_sources(treadle_linear PRIVATE $<TARGET_OBJECTS:${room}>)
  endforeach()
  target_link_libraries(treadle_linear PRIVATE treadle lapacke openblas fftw3 fftw3f)
  set_target_properties(treadle_linear PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION 0)
endfunction()

# treadle_fuzzer(NAME SOURCE...): a libFuzzer program in BUILD/fuzz.
function(treadle_fuzzer name)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE treadle treadle_options)
  target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzz)
endfunction()
