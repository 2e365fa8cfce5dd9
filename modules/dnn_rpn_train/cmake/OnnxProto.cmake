# -DDNN_RPN_ONNX_PROTO=onnx.proto: the messages of ONNX, compiled here, for systems that have no library of them.

find_program(DNN_RPN_PROTOC protoc)
mark_as_advanced(DNN_RPN_PROTOC)
if(NOT DNN_RPN_PROTOC)
  message(FATAL_ERROR "DNN_RPN_ONNX_PROTO is set, but there is no protoc; on Debian or Ubuntu: apt-get install protobuf-compiler")
endif()
set(dnn_rpn_onnx_generated ${CMAKE_CURRENT_BINARY_DIR}/onnx_proto)
file(MAKE_DIRECTORY ${dnn_rpn_onnx_generated}/onnx)
configure_file(${DNN_RPN_ONNX_PROTO} ${dnn_rpn_onnx_generated}/onnx/onnx.proto COPYONLY)
execute_process(
  COMMAND ${DNN_RPN_PROTOC} --proto_path=${dnn_rpn_onnx_generated} --cpp_out=${dnn_rpn_onnx_generated}
    ${dnn_rpn_onnx_generated}/onnx/onnx.proto
  RESULT_VARIABLE status ERROR_VARIABLE why)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${DNN_RPN_PROTOC} cannot compile ${DNN_RPN_ONNX_PROTO}: ${why}")
endif()
file(WRITE ${dnn_rpn_onnx_generated}/onnx/onnx_pb.h "#include \"onnx.pb.h\"\n")

# As if the library had been found.
set(DNN_RPN_ONNX_INCLUDE_DIR ${dnn_rpn_onnx_generated})
set(DNN_RPN_ONNX_LIBRARY ${DNN_RPN_PROTOBUF_LIBRARY})
set(dnn_rpn_onnx_sources ${dnn_rpn_onnx_generated}/onnx/onnx.pb.cc)
set_source_files_properties(${dnn_rpn_onnx_sources} PROPERTIES COMPILE_OPTIONS -w)
