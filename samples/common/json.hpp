// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_SAMPLES_JSON_HPP
#define DNN_RPN_SAMPLES_JSON_HPP

#include <nlohmann/json.hpp>

//! Members stay in the order in which they come. Names go through escapeInvalidUtf8(), for JSON is UTF-8.
using Json = nlohmann::ordered_json;

#endif
