# An overlay port: vcpkg install opencv-dnn-rpn --overlay-ports=packaging/vcpkg/ports. It builds the checkout that it
# lies in; a port in a registry has vcpkg_from_github() here instead.
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../../.." ABSOLUTE)

string(COMPARE EQUAL "${VCPKG_LIBRARY_LINKAGE}" "dynamic" BUILD_SHARED)
vcpkg_check_features(OUT_FEATURE_OPTIONS FEATURE_OPTIONS
  FEATURES
    train  BUILD_opencv_dnn_rpn_train
    onednn DNN_RPN_WITH_ONEDNN
)

vcpkg_cmake_configure(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS
    ${FEATURE_OPTIONS}
    -DBUILD_SHARED_LIBS=${BUILD_SHARED}
    -DDNN_RPN_BUILD_TESTS=OFF
    -DDNN_RPN_BUILD_SAMPLES=OFF
    -DDNN_RPN_NATIVE=OFF
    -DDNN_RPN_WERROR=OFF
    -DWITH_MPI=OFF
)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(PACKAGE_NAME opencv_dnn_rpn CONFIG_PATH lib/cmake/opencv_dnn_rpn)
vcpkg_fixup_pkgconfig()

file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share")
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
