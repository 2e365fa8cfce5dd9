// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_WORKSPACE_HPP
#define OPENCV_DNN_RPN_WORKSPACE_HPP

#include <memory>

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn {

//! @addtogroup dnn_rpn
//! @{

/** @brief Memory that operators work in, kept from call to call.

Operators that need room for intermediate results come in two forms. The one with a Workspace takes it from
there, and once the workspace has grown to what the largest call needs, no further memory is asked for; the
one without asks for it in every call. The results are the same.

    Workspace workspace;
    for (;;)
        generateProposals(scores, deltas, anchors, counts, size, boxes, proposalScores, params, workspace);

A workspace serves one call at a time, of whatever operator: give each thread its own.
*/
class CV_EXPORTS Workspace
{
public:
    Workspace();
    ~Workspace();

    //! What it holds now, in bytes.
    size_t bytes() const;

    class Arenas;
    Arenas& arenas(); //!< for the operators

private:
    std::unique_ptr<Arenas> impl;
};

//! @}

} // namespace dnn_rpn
} // namespace cv

#endif
