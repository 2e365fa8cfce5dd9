# What both modules need. The training module looks for its own libraries itself, as it must inside a tree.

find_package(OpenCV QUIET COMPONENTS core imgproc imgcodecs dnn OPTIONAL_COMPONENTS videoio highgui)
if(NOT OpenCV_FOUND)
  message(FATAL_ERROR
    "OpenCV with the modules core, imgproc, imgcodecs and dnn was not found. On Debian or Ubuntu: "
    "apt-get install libopencv-dev. For one of your own: -DOpenCV_DIR=<folder of OpenCVConfig.cmake>")
endif()
# Asking find_package for 4.6 would refuse OpenCV 5.
if(OpenCV_VERSION VERSION_LESS 4.6)
  message(FATAL_ERROR "OpenCV ${OpenCV_VERSION} in ${OpenCV_DIR} is too old: 4.6 or later is needed")
endif()
message(STATUS "OpenCV ${OpenCV_VERSION} in ${OpenCV_DIR}")

if(DNN_RPN_BUILD_TESTS)
  find_package(GTest QUIET)
  if(NOT GTest_FOUND)
    message(FATAL_ERROR
      "GoogleTest was not found. On Debian or Ubuntu: apt-get install libgtest-dev. "
      "To build without tests: -DDNN_RPN_BUILD_TESTS=OFF")
  endif()
endif()

find_program(CCACHE_PROGRAM ccache)
mark_as_advanced(CCACHE_PROGRAM)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  message(STATUS "Compiling through ${CCACHE_PROGRAM}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()
