// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_precomp.hpp"
#include "../../dnn_rpn/test/thread_backend.hpp"

#ifdef DNN_RPN_STANDALONE
int main(int argc, char** argv)
{
    ::testing::InitGoogleTest(&argc, argv);
#if defined(__SANITIZE_THREAD__)
    opencv_test::ThreadBackend::use();
#endif
    return RUN_ALL_TESTS();
}
#else
CV_TEST_MAIN("cv")
#endif
