# What is found of an installation: find_package(opencv_dnn_rpn) gives the targets opencv_dnn_rpn and
# opencv_dnn_rpn_train, and pkg-config knows the same names.

include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/opencv_dnn_rpn)
configure_package_config_file(
  cmake/opencv_dnn_rpnConfig.cmake.in ${PROJECT_BINARY_DIR}/opencv_dnn_rpnConfig.cmake
  INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/opencv_dnn_rpnConfigVersion.cmake COMPATIBILITY SameMinorVersion)

install(EXPORT opencv_dnn_rpnTargets DESTINATION ${package_dir} COMPONENT dev)
install(
  FILES ${PROJECT_BINARY_DIR}/opencv_dnn_rpnConfig.cmake ${PROJECT_BINARY_DIR}/opencv_dnn_rpnConfigVersion.cmake
  DESTINATION ${package_dir} COMPONENT dev)

# pkg-config: paths from the file's own place, so that the whole tree can be moved.
file(RELATIVE_PATH pc_to_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" pc_to_prefix "${pc_to_prefix}")
function(dnn_rpn_install_pc module requires)
  if(TARGET opencv_${module})
    set(PC_NAME opencv_${module})
    set(PC_REQUIRES "${requires}")
    configure_file(cmake/module.pc.in ${PROJECT_BINARY_DIR}/opencv_${module}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/opencv_${module}.pc
      DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
  endif()
endfunction()
dnn_rpn_install_pc(dnn_rpn "opencv${OpenCV_VERSION_MAJOR}")
dnn_rpn_install_pc(dnn_rpn_train "opencv_dnn_rpn")

install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime)
