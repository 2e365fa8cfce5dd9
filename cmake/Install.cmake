# The CMake package: find_package(opencv_dnn_rpn) gives the targets opencv_dnn_rpn and opencv_dnn_rpn_train.

include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/opencv_dnn_rpn)
configure_package_config_file(
  cmake/opencv_dnn_rpnConfig.cmake.in ${PROJECT_BINARY_DIR}/opencv_dnn_rpnConfig.cmake
  INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/opencv_dnn_rpnConfigVersion.cmake COMPATIBILITY SameMinorVersion)

install(EXPORT opencv_dnn_rpnTargets DESTINATION ${package_dir})
install(
  FILES ${PROJECT_BINARY_DIR}/opencv_dnn_rpnConfig.cmake ${PROJECT_BINARY_DIR}/opencv_dnn_rpnConfigVersion.cmake
  DESTINATION ${package_dir})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
