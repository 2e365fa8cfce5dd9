// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_WIRE_HPP
#define OPENCV_DNN_RPN_WIRE_HPP

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cv {
namespace dnn_rpn {

// Protocol buffers' wire format, as far as it takes to change a few fields of a message and leave the rest
// as it is. The run module does without the library.

//! A field of a message, as views of the message's bytes.
struct WireField
{
    int number;
    bool hasBytes;          //!< whether it is a text or a message, and not a number
    uint64_t value;         //!< the number
    std::string_view bytes; //!< the text or the message
    std::string_view whole; //!< everything, tag included
};

//! All fields in order; cv::Exception where the bytes are no message.
std::vector<WireField> wireFields(std::string_view message);

//! The number at a position, which moves behind it.
uint64_t readVarint(std::string_view message, size_t& at);

//! A field that holds a text or a message.
std::string wireBytes(int number, std::string_view bytes);

//! A field that holds a whole number.
std::string wireNumber(int number, uint64_t value);

} // namespace dnn_rpn
} // namespace cv

#endif
