// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "export_decode.hpp"

namespace cv {
namespace dnn_rpn_train {

Value cornerCodes(Formula& f, const Value& deltas, int boxes)
{
    const Value half = f.floats({1}, {0.5f});
    std::vector<Value> codes;
    for (int i = 0; i < boxes; i++)
    {
        const Value shift = f.slice(deltas, 4 * i, 4 * i + 2, 2),
                    logSize = f.slice(deltas, 4 * i + 2, 4 * i + 4, 2);
        const Value halfSize = f.op("Mul", {f.op("Exp", {logSize}), half});
        codes.push_back(f.op("Add", {f.op("Sub", {shift, halfSize}), half}));
        codes.push_back(f.op("Sub", {f.op("Add", {shift, halfSize}), half}));
    }
    Value flat;
    f.node("Flatten", {f.concat(codes, 2)}, flat).integer("axis", 1);
    return flat;
}

Value sizedPriors(Formula& f, const Value& corners)
{
    const Value rows = f.reshape(corners, {1, -1, 4});
    const Value size = f.op("Sub", {f.slice(rows, 2, 4, 2), f.slice(rows, 0, 2, 2)});
    const Value variances = f.concat({size, size}, 2);
    return f.concat({f.reshape(rows, {1, 1, -1}), f.reshape(variances, {1, 1, -1})}, 1);
}

} // namespace dnn_rpn_train
} // namespace cv
