# OpenCV's ocv_add_dispatched_file(<name> <instruction set>..) for a build against an installed OpenCV:
# compiles src/<name>.simd.hpp once for each instruction set that the compiler can make code for, beside the
# baseline that <name>.cpp includes, and writes <name>.simd_declarations.hpp, through which CV_CPU_DISPATCH calls
# the best one that the machine has. What an installed OpenCV lacks of this stands in the files written here.

include(CheckCXXCompilerFlag)

set(_dnn_rpn_flags_AVX2 -mavx2 -mfma -mf16c)
set(_dnn_rpn_flags_AVX512_SKX
  ${_dnn_rpn_flags_AVX2} -mavx512f -mavx512cd -mavx512vl -mavx512bw -mavx512dq)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC's own AVX-512 header warns about itself (GCC bug 105593).
  list(APPEND _dnn_rpn_flags_AVX512_SKX -Wno-maybe-uninitialized -Wno-uninitialized)
endif()

# From the least to the greatest, as in OpenCV.
macro(ocv_add_dispatched_file name)
  set(_source "${CMAKE_CURRENT_SOURCE_DIR}/src/${name}.simd.hpp")
  set(_declarations "#define CV_CPU_OPTIMIZATION_DECLARATIONS_ONLY\n#undef CV_CPU_OPTIMIZATION_NAMESPACE_BEGIN\n")
  set(_calls "return cpu_baseline::fn args")
  foreach(_set ${ARGN})
    string(REPLACE ";" " " _flags "${_dnn_rpn_flags_${_set}}")
    if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|i.86" OR NOT _flags)
      continue()
    endif()
    check_cxx_compiler_flag("${_flags}" DNN_RPN_HAVE_${_set})
    if(NOT DNN_RPN_HAVE_${_set})
      continue()
    endif()

    string(TOLOWER "${_set}" _suffix)
    set(_file "${CMAKE_CURRENT_BINARY_DIR}/${name}.${_suffix}.cpp")
    file(GENERATE OUTPUT "${_file}" CONTENT
"#define CV_CPU_DISPATCH_MODE ${_set}
#define CV_FMA3 1
#include \"opencv2/core/simd_intrinsics.hpp\"
#define CV_CPU_OPTIMIZATION_NAMESPACE_BEGIN namespace opt_${_set} {
#define CV_CPU_OPTIMIZATION_NAMESPACE_END }
#include \"${CMAKE_CURRENT_SOURCE_DIR}/src/precomp.hpp\"
#include \"${_source}\"
")
    set_source_files_properties("${_file}" PROPERTIES COMPILE_OPTIONS "${_dnn_rpn_flags_${_set}}")
    list(APPEND dnn_rpn_dispatched_sources "${_file}")
    list(APPEND dnn_rpn_dispatched_sets ${_set})
    list(REMOVE_DUPLICATES dnn_rpn_dispatched_sets)

    string(APPEND _declarations
"#define CV_CPU_OPTIMIZATION_NAMESPACE_BEGIN namespace opt_${_set} {
#include \"${_source}\"
#undef CV_CPU_OPTIMIZATION_NAMESPACE_BEGIN
")
    set(_calls "if (cv::checkHardwareSupport(CV_CPU_${_set})) return opt_${_set}::fn args; ${_calls}")
  endforeach()
  file(GENERATE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/${name}.simd_declarations.hpp" CONTENT
    "${_declarations}#define CV_CPU_DISPATCH_MODES_ALL\n#define CV_CPU_DISPATCH(fn, args, modes) ${_calls}\n")
endmacro()
