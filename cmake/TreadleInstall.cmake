# The installable package: `find_package(Treadle)` gives treadle::treadle.
#
# An installed library finds its neighbours beside it and Arrow where this build found it. The wheel's Arrow is not
# copied: the virtual environment it lies in has to stay.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(treadle_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Treadle)
set(treadle_install_rpath "$ORIGIN" "$ORIGIN/../pyarrow")
if(NOT SKBUILD)
  list(APPEND treadle_install_rpath ${TREADLE_ARROW_LIBDIR})
endif()
set_target_properties(treadle treadle_linear treadle_parquet treadle_stores PROPERTIES INSTALL_RPATH "${treadle_install_rpath}")

install(TARGETS treadle EXPORT TreadleTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
# Loaded by `treadle`, which looks beside itself; nobody links it.
install(TARGETS treadle_linear treadle_parquet treadle_stores LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/treadle DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h")
install(EXPORT TreadleTargets NAMESPACE treadle:: DESTINATION ${treadle_package_dir})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/TreadleConfig.cmake.in
  ${PROJECT_BINARY_DIR}/TreadleConfig.cmake INSTALL_DESTINATION ${treadle_package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/TreadleConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/TreadleConfig.cmake ${PROJECT_BINARY_DIR}/TreadleConfigVersion.cmake
              ${CMAKE_CURRENT_LIST_DIR}/FindTreadleArrow.cmake
        DESTINATION ${treadle_package_dir})

if(TARGET treadle_app)
  file(RELATIVE_PATH lib_from_bin /${CMAKE_INSTALL_BINDIR} /${CMAKE_INSTALL_LIBDIR})
  set_target_properties(treadle_app PROPERTIES INSTALL_RPATH "$ORIGIN/${lib_from_bin};${TREADLE_ARROW_LIBDIR}")
  install(TARGETS treadle_app RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
