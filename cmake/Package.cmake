# scripts/package.sh: two Debian packages, for those who run and those who build, and an archive of everything.

set(CPACK_PACKAGE_NAME opencv-dnn-rpn)
set(CPACK_PACKAGE_VENDOR "the authors of dnn_rpn")
set(CPACK_PACKAGE_CONTACT "the authors of dnn_rpn <noreply@localhost>" CACHE STRING "Maintainer of the packages")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Train detectors and region proposals in C++, run them in any OpenCV")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL runtime dev)
set(CPACK_GENERATOR DEB TGZ)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${PROJECT_BINARY_DIR}/lib")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME libopencv-dnn-rpn)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION
  "The libraries, and the programs that train, score and run detectors: rpn_train, rpn_eval, rpn_detect, rpn_camera.")
set(CPACK_DEBIAN_DEV_PACKAGE_NAME libopencv-dnn-rpn-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "libopencv-dnn-rpn (= ${PROJECT_VERSION}), libopencv-dev")
set(CPACK_COMPONENT_DEV_DESCRIPTION
  "Headers of dnn_rpn and dnn_rpn_train, and what CMake and pkg-config find them by.")

foreach(package libopencv-dnn-rpn libopencv-dnn-rpn-dev)
  string(REGEX MATCH "-dev$" component "${package}")
  if(component)
    set(component dev)
  else()
    set(component runtime)
  endif()
  install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} RENAME copyright COMPONENT ${component})
endforeach()

include(CPack)
