# samples/*.cpp: each is a program. samples/common/: what they share.

file(GLOB_RECURSE common CONFIGURE_DEPENDS samples/common/*.cpp)
file(GLOB programs CONFIGURE_DEPENDS samples/*.cpp)

function(dnn_rpn_add_program name)
  add_executable(${name} samples/${name}.cpp)
  dnn_rpn_target_defaults(${name})
  file(RELATIVE_PATH to_libraries "/${CMAKE_INSTALL_BINDIR}" "/${CMAKE_INSTALL_LIBDIR}")
  set_target_properties(${name} PROPERTIES INSTALL_RPATH "$ORIGIN/${to_libraries}")
  target_link_libraries(${name} PRIVATE ${ARGN})
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()

# This one shows that a trained model needs nothing of ours, so it gets nothing of ours.
if(EXISTS "${PROJECT_SOURCE_DIR}/samples/stock_opencv.cpp")
  dnn_rpn_add_program(stock_opencv opencv_core opencv_imgproc opencv_imgcodecs opencv_dnn)
  target_include_directories(stock_opencv SYSTEM PRIVATE ${OpenCV_INCLUDE_DIRS})
endif()

if(NOT BUILD_opencv_dnn_rpn_train)
  message(STATUS "Without the training module the programs in samples/ are left out")
  return()
endif()

set(libraries opencv_dnn_rpn_train opencv_dnn_rpn opencv_imgcodecs opencv_videoio opencv_highgui)
if(common)
  add_library(dnn_rpn_samples_common STATIC ${common})
  dnn_rpn_target_defaults(dnn_rpn_samples_common)
  target_include_directories(dnn_rpn_samples_common PUBLIC samples)
  target_link_libraries(dnn_rpn_samples_common PUBLIC ${libraries})
  list(PREPEND libraries dnn_rpn_samples_common)
endif()

foreach(program IN LISTS programs)
  get_filename_component(name "${program}" NAME_WE)
  if(NOT name STREQUAL "stock_opencv")
    dnn_rpn_add_program(${name} ${libraries})
    target_include_directories(${name} PRIVATE samples)
  endif()
endforeach()
