// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_PARAMS_FIELD_HPP
#define OPENCV_DNN_RPN_TRAIN_PARAMS_FIELD_HPP

#include <variant>

#include "kinds.hpp"

namespace cv {
namespace dnn_rpn_train {

//! An enum with a table of names, as a field.
struct Choice
{
    void* value;
    String (*name)(const void* value);
    void (*set)(void* value, const String& name, const char* what);
    String (*names)();
};

//! So many stages, or -1: "all".
struct StageCount
{
    int* value;
};

//! A sequence that is worked out where it is empty: "auto".
struct AutoList
{
    std::vector<float>* value;
};

//! A number that is counted where it is not a number: "auto".
struct AutoNumber
{
    double* value;
};

//! The members of AugmentParams together: the name of a preset, or "custom".
struct Preset
{
    AugmentParams* value;
};

//! Where a parameter stands. What has limits has them for each number.
using Field = std::variant<int*, double*, float*, bool*, String*, Size*, std::vector<float>*, Vec2d*, Scalar*,
                           PyramidParams*, Choice, StageCount, AutoList, AutoNumber, Preset>;

template<typename Kind>
Field fieldOf(Kind& kind)
{
    using namespace dnn_rpn;
    if constexpr (std::is_enum<Kind>::value)
        return Choice{&kind, [](const void* value) { return nameOf(*static_cast<const Kind*>(value)); },
                      [](void* value, const String& name, const char* what) {
                          *static_cast<Kind*>(value) = kindOf<Kind>(name, what);
                      },
                      [] { return namesOf<Kind>(); }};
    else
        return &kind;
}

//! The text that setText() takes for the present value.
String textOf(const Field& field);

/** @brief Sets the field; cv::Exception with name and value if the text is of another kind.
@param name for the message */
void setText(const Field& field, const String& text, const char* name);

//! The numbers of a field that have limits; none for texts and enums.
CV_EXPORTS std::vector<double> numbersOf(const Field& field);

/** @brief The preset that these values are, or "custom". Defined beside the table, which knows all members.
*/
String presetOf(const AugmentParams& params);

//! What setText() takes, as in "a whole number"; limits are the row's.
String kindText(const Field& field);

} // namespace dnn_rpn_train
} // namespace cv

#endif
