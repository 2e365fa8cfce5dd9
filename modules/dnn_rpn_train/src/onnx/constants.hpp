// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ONNX_CONSTANTS_HPP
#define OPENCV_DNN_RPN_TRAIN_ONNX_CONSTANTS_HPP

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "opencv2/core.hpp"

#include <onnx/onnx_pb.h>

namespace cv {
namespace dnn_rpn_train {

/** @brief The constants of an ONNX file, by name: initialisers, and what Constant nodes give.

Numbers may stand in another file beside it ("external data"), and be of fewer or more bits than ours. */
class Constants
{
public:
    explicit Constants(const std::string& path_) : path(path_) {}

    //! The tensor must outlive this.
    void add(const std::string& name, const onnx::TensorProto& tensor) { all[name] = &tensor; }
    //! From any attribute that a Constant node may have; false if it is none of numbers.
    bool add(const std::string& name, const onnx::AttributeProto& attribute);
    //! The same constant under another name, too.
    void addName(const std::string& name, const std::string& source) { all[name] = all.at(source); }

    //! Integers, or floats.
    void add(const std::string& name, const std::vector<int64_t>& dims, const std::vector<double>& numbers,
             bool whole);
    //! Whether wholeNumbers() reads it, and not floats().
    bool isWhole(const std::string& name) const;

    bool has(const std::string& name) const { return all.count(name) != 0; }
    std::vector<int64_t> dims(const std::string& name) const;
    std::vector<float> floats(const std::string& name) const;
    std::vector<int64_t> wholeNumbers(const std::string& name) const;

private:
    [[noreturn]] void refuse(const std::string& name, const String& why) const;
    size_t total(const std::string& name) const;
    std::string bytes(const std::string& name, size_t count) const;
    std::string externalBytes(const std::string& name, size_t count) const;

    const std::string path;
    std::map<std::string, const onnx::TensorProto*> all;
    std::deque<onnx::TensorProto> made; //!< from attributes
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
