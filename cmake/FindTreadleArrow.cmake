# Finds Arrow C++ and Parquet: a system install with CMake packages first, else the headers and libraries
# inside the `pyarrow` wheel of the project's virtual environment.
#
# Defines the imported targets treadle_arrow::arrow and treadle_arrow::parquet, and TREADLE_ARROW_LIBDIR.
# Hint: TREADLE_PYARROW_DIR, the folder of an installed `pyarrow` package.
include(FindPackageHandleStandardArgs)

find_package(Arrow QUIET CONFIG)
find_package(Parquet QUIET CONFIG)
if(Arrow_FOUND AND Parquet_FOUND)
  if(NOT TARGET treadle_arrow::arrow)
    add_library(treadle_arrow::arrow ALIAS Arrow::arrow_shared)
    add_library(treadle_arrow::parquet ALIAS Parquet::parquet_shared)
  endif()
  find_package_handle_standard_args(TreadleArrow REQUIRED_VARS Arrow_DIR)
  return()
endif()

if(SKBUILD AND NOT TREADLE_PYARROW_DIR)
  # Built as a wheel: beside the build's other requirements. Found, not imported.
  execute_process(COMMAND ${Python_EXECUTABLE} -c
      "import importlib.util, pathlib; print(pathlib.Path(importlib.util.find_spec('pyarrow').origin).parent)"
    OUTPUT_VARIABLE TREADLE_PYARROW_DIR OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()
file(GLOB pyarrow_candidates
  "${TREADLE_PYARROW_DIR}"
  "${PROJECT_SOURCE_DIR}/.venv/lib/python3*/site-packages/pyarrow"
  "$ENV{VIRTUAL_ENV}/lib/python3*/site-packages/pyarrow")
find_path(TREADLE_ARROW_INCLUDE_DIR arrow/type_fwd.h
  PATHS ${pyarrow_candidates} PATH_SUFFIXES include NO_DEFAULT_PATH)
if(TREADLE_ARROW_INCLUDE_DIR)
  get_filename_component(TREADLE_ARROW_LIBDIR "${TREADLE_ARROW_INCLUDE_DIR}" DIRECTORY)
  file(GLOB TREADLE_ARROW_LIBRARY "${TREADLE_ARROW_LIBDIR}/libarrow.so.*[0-9]00")
  file(GLOB TREADLE_PARQUET_LIBRARY "${TREADLE_ARROW_LIBDIR}/libparquet.so.*[0-9]00")
endif()
find_package_handle_standard_args(TreadleArrow
  REQUIRED_VARS TREADLE_ARROW_INCLUDE_DIR TREADLE_ARROW_LIBRARY TREADLE_PARQUET_LIBRARY
  REASON_FAILURE_MESSAGE "install Arrow C++ 26 or run `make setup`, which puts pyarrow into .venv")
foreach(part arrow parquet)
  if(TreadleArrow_FOUND AND NOT TARGET treadle_arrow::${part})
    string(TOUPPER ${part} upper)
    add_library(treadle_arrow::${part} SHARED IMPORTED)
    set_target_properties(treadle_arrow::${part} PROPERTIES
      IMPORTED_LOCATION "${TREADLE_${upper}_LIBRARY}"
      INTERFACE_INCLUDE_DIRECTORIES "${TREADLE_ARROW_INCLUDE_DIR}"
      INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${TREADLE_ARROW_INCLUDE_DIR}")
  endif()
endforeach()
if(TreadleArrow_FOUND)
  target_link_libraries(treadle_arrow::parquet INTERFACE treadle_arrow::arrow)
endif()
