// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_HASH_HPP
#define OPENCV_DNN_RPN_TRAIN_HASH_HPP

#include <string>

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief FNV-1a with 64 bits (http://www.isthe.com/chongo/tech/comp/fnv): finds accidents, not forgeries. */
class Hash
{
public:
    void add(const void* bytes, size_t count)
    {
        const uchar* b = static_cast<const uchar*>(bytes);
        for (size_t i = 0; i < count; i++)
            state = (state ^ b[i]) * 0x100000001b3ull;
    }
    //! The length too, so that "ab", "c" is not "a", "bc".
    void add(const std::string& text)
    {
        const uint64 length = text.size();
        add(&length, sizeof(length));
        add(text.data(), text.size());
    }
    uint64 value() const { return state; }
    //! 16 hexadecimal digits.
    std::string text() const { return format("%016llx", static_cast<unsigned long long>(state)); }

private:
    uint64 state = 0xcbf29ce484222325ull;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
