// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include <optional>

#include "arrays.hpp"

#include "opencv2/core/utils/logger.hpp"

NB_MODULE(_core, m)
{
    // Exceptions carry what OpenCV would print, too.
    cv::redirectError([](int, const char*, const char*, const char*, int, void*) { return 0; });
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_ERROR);
    static const nb::exception<cv::Exception> error(m, "Error", PyExc_RuntimeError);
    nb::register_exception_translator([](const std::exception_ptr& thrown, void*) {
        try
        {
            std::rethrow_exception(thrown);
        }
        catch (const cv::Exception& e)
        {
            PyErr_SetString(error.ptr(), e.err.c_str());
        }
    });
    m.attr("opencv_version") = CV_VERSION; // of the libraries that run it
    bindOperators(m);
    bindMetrics(m);
    bindDetector(m);
    bindData(m);
    bindTrainer(m);
}
