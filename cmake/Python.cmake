# The Python module dnn_rpn, for those who do not build OpenCV with its own bindings: numpy arrays in and out, beside
# any cv2. pyproject.toml asks for it. The libraries lie in the package, next to the module that loads them.

find_package(Python 3.9 REQUIRED COMPONENTS Interpreter Development.Module)
execute_process(
  COMMAND "${Python_EXECUTABLE}" -m nanobind --cmake_dir
  OUTPUT_STRIP_TRAILING_WHITESPACE OUTPUT_VARIABLE nanobind_ROOT)
find_package(nanobind CONFIG REQUIRED)

file(GLOB sources CONFIGURE_DEPENDS python/src/*.cpp)
nanobind_add_module(dnn_rpn_python NB_STATIC ${sources})
target_compile_options(dnn_rpn_python PRIVATE -Wall -Wextra)
target_link_libraries(dnn_rpn_python PRIVATE opencv_dnn_rpn_train)
set_target_properties(dnn_rpn_python PROPERTIES OUTPUT_NAME _core INSTALL_RPATH "$ORIGIN")

# A wheel holds no links, so each library has one name.
set(libraries opencv_dnn_rpn opencv_dnn_rpn_train)
set_property(TARGET ${libraries} PROPERTY VERSION)
set_property(TARGET ${libraries} PROPERTY SOVERSION)
install(TARGETS dnn_rpn_python LIBRARY DESTINATION dnn_rpn COMPONENT python)
install(TARGETS ${libraries} LIBRARY DESTINATION dnn_rpn COMPONENT python)

nanobind_add_stub(dnn_rpn_python_stub
  MODULE _core OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/_core.pyi
  PYTHON_PATH $<TARGET_FILE_DIR:dnn_rpn_python> DEPENDS dnn_rpn_python)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/_core.pyi DESTINATION dnn_rpn COMPONENT python)
