# For the whole build: a sanitized library in a program that is not does not even start.

if(DNN_RPN_SANITIZE)
  set(DNN_RPN_SANITIZE_FLAGS -fsanitize=${DNN_RPN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
  add_compile_options(${DNN_RPN_SANITIZE_FLAGS})
  add_link_options(${DNN_RPN_SANITIZE_FLAGS})
endif()
