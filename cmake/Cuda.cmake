# -DWITH_CUDA=ON: operators and training on an NVIDIA GPU. Sources of src/cuda/ and src/engine/cuda/ that end in .cu
# are compiled then.

option(WITH_CUDA "Operators and training on an NVIDIA GPU" OFF)
set(HAVE_CUDA OFF)
if(WITH_CUDA)
  # Ampere and Hopper, and code that later ones translate for themselves.
  set(CMAKE_CUDA_ARCHITECTURES "80-real;90" CACHE STRING "Architectures of GPUs, as CMake spells them")
  set(CMAKE_CUDA_STANDARD 17)
  set(CMAKE_CUDA_STANDARD_REQUIRED ON)
  set(CMAKE_CUDA_EXTENSIONS OFF)
  set(CMAKE_CUDA_VISIBILITY_PRESET hidden)
  if(CCACHE_PROGRAM AND NOT CMAKE_CUDA_COMPILER_LAUNCHER)
    set(CMAKE_CUDA_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
  endif()
  enable_language(CUDA)
  find_package(CUDAToolkit REQUIRED)
  set(HAVE_CUDA ON)
  message(STATUS "CUDA ${CUDAToolkit_VERSION}, architectures ${CMAKE_CUDA_ARCHITECTURES}")
endif()
