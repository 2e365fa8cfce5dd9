# The macros of an OpenCV tree that our module files use, for a build against an installed OpenCV.
# Same names, same meaning; a module's CMakeLists.txt cannot tell the difference.

include(GNUInstallDirs)
include("${CMAKE_CURRENT_LIST_DIR}/Dispatch.cmake")

# In a tree a disabled module is only left out; here it is what was asked for.
macro(ocv_module_disable module)
  message(FATAL_ERROR
    "The module ${module} cannot be built: see the line above for what is missing. "
    "To build without it: -DBUILD_opencv_${module}=OFF")
endmacro()

function(ocv_target_link_libraries target)
  target_link_libraries(${target} ${ARGN})
endfunction()

# What every target of ours is compiled with.
function(dnn_rpn_target_defaults target)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF CXX_STANDARD_REQUIRED ON)
  target_compile_options(${target} PRIVATE
    $<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wshadow> $<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wall,-Wextra>)
  if(DNN_RPN_WERROR)
    target_compile_options(${target} PRIVATE
      $<$<COMPILE_LANGUAGE:CXX>:-Werror> $<$<COMPILE_LANGUAGE:CUDA>:-Werror=all-warnings>)
  endif()
endfunction()

# ocv_define_module(<name> [<dependency>..] [OPTIONAL <dependency>..] [WRAP <language>..])
macro(ocv_define_module name)
  set(the_module opencv_${name})
  set(OPENCV_MODULE_opencv_${name}_LOCATION "${CMAKE_CURRENT_SOURCE_DIR}" CACHE INTERNAL "")
  _dnn_rpn_add_library(${name} ${ARGN})
  if(DNN_RPN_BUILD_TESTS)
    _dnn_rpn_add_tests(${name})
  endif()
  if(DNN_RPN_BUILD_SAMPLES)
    _dnn_rpn_add_module_samples(${name})
  endif()
  if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/perf/perf_main.cpp")
    message(STATUS "opencv_perf_${name} needs OpenCV's module ts: only a build inside an OpenCV tree has it")
  endif()
endmacro()

function(_dnn_rpn_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "OPTIONAL;WRAP") # WRAP: bindings are made in a tree only
  set(target opencv_${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS src/*.cpp src/*.hpp)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS include/*.hpp)
  add_library(${target} ${sources} ${headers} ${dnn_rpn_dispatched_sources})
  dnn_rpn_target_defaults(${target})
  if(HAVE_CUDA)
    file(GLOB_RECURSE kernels CONFIGURE_DEPENDS src/*.cu)
    target_sources(${target} PRIVATE ${kernels})
    target_link_libraries(${target} PRIVATE CUDA::cudart_static)
  endif()

  target_compile_features(${target} PUBLIC cxx_std_17)
  set_target_properties(${target} PROPERTIES
    DEFINE_SYMBOL CVAPI_EXPORTS # OpenCV's CV_EXPORTS exports only where this is defined
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    INSTALL_RPATH "$ORIGIN")
  target_include_directories(${target} PUBLIC
    "$<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>" "$<INSTALL_INTERFACE:${DNN_RPN_INSTALL_INCLUDEDIR}>")
  target_include_directories(${target} PRIVATE "${CMAKE_CURRENT_BINARY_DIR}") # what ocv_add_dispatched_file writes
  # The installed package finds the user's OpenCV itself, so that it does not name a folder of this machine.
  target_include_directories(${target} SYSTEM PUBLIC "$<BUILD_INTERFACE:${OpenCV_INCLUDE_DIRS}>")

  foreach(dependency IN LISTS arg_UNPARSED_ARGUMENTS)
    if(NOT TARGET ${dependency})
      message(FATAL_ERROR "${target} needs ${dependency}, which the installed OpenCV (${OpenCV_DIR}) lacks")
    endif()
    target_link_libraries(${target} PUBLIC ${dependency})
  endforeach()
  foreach(dependency IN LISTS arg_OPTIONAL)
    if(TARGET ${dependency})
      target_link_libraries(${target} PUBLIC ${dependency})
    endif()
  endforeach()

  install(TARGETS ${target} EXPORT opencv_dnn_rpnTargets
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT runtime
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT dev
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
  # private/: for our modules and programs among themselves, as OpenCV installs nothing of such a name.
  install(DIRECTORY include/opencv2 DESTINATION ${DNN_RPN_INSTALL_INCLUDEDIR} COMPONENT dev
    FILES_MATCHING PATTERN *.hpp PATTERN private EXCLUDE)
endfunction()

function(_dnn_rpn_add_tests name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS test/*.cpp test/*.hpp)
  if(NOT sources)
    return()
  endif()
  set(target opencv_test_${name})
  add_executable(${target} ${sources})
  dnn_rpn_target_defaults(${target})
  target_compile_definitions(${target} PRIVATE DNN_RPN_STANDALONE)
  target_link_libraries(${target} PRIVATE opencv_${name} opencv_imgcodecs GTest::gtest)

  # Each instruction set gets its turn where a machine has several: without the greatest, without the two..
  set(disabled)
  foreach(set IN LISTS dnn_rpn_dispatched_sets)
    string(REPLACE "_" "-" set "${set}") # as OpenCV spells it at run time
    list(PREPEND disabled ${set})
  endforeach()
  while(disabled)
    list(GET disabled -1 lowest)
    string(REPLACE ";" "," value "${disabled}")
    add_test(NAME ${target}_below_${lowest} COMMAND ${target} --gtest_filter=DnnRpn_*Losses*:DnnRpn_*Targets*)
    set_tests_properties(${target}_below_${lowest} PROPERTIES ENVIRONMENT "OPENCV_CPU_DISABLE=${value}")
    list(REMOVE_AT disabled -1)
  endwhile()

  # Tests of this name need files that are not in the repository; a label lets ctest leave them out.
  add_test(NAME ${target} COMMAND ${target} --gtest_filter=-Photographs.*)
  if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/test/test_photographs.cpp")
    add_test(NAME ${target}_photographs COMMAND ${target} --gtest_filter=Photographs.*)
    set_tests_properties(${target}_photographs PROPERTIES LABELS photographs)
  endif()
endfunction()

function(_dnn_rpn_add_module_samples name)
  file(GLOB sources CONFIGURE_DEPENDS samples/*.cpp)
  foreach(source IN LISTS sources)
    get_filename_component(stem "${source}" NAME_WE)
    set(target example_${name}_${stem})
    add_executable(${target} "${source}")
    dnn_rpn_target_defaults(${target})
    target_link_libraries(${target} PRIVATE opencv_${name} opencv_imgcodecs opencv_videoio)
  endforeach()
endfunction()
