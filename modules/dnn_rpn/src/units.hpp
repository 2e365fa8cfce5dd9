// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_UNITS_HPP
#define OPENCV_DNN_RPN_UNITS_HPP

#include <atomic>

#include "opencv2/core/utility.hpp"

namespace cv {
namespace dnn_rpn {

//! How many workers forEachUnit() has for so many units.
inline int workersFor(int units)
{
    return std::max(1, std::min(units, getNumThreads()));
}

/** Calls body(worker, unit) once for each unit, on several threads. Who is free takes the next unit, so
nothing that a unit gives may depend on its worker: that is only the owner of the memory to work in. */
template<typename Body>
void forEachUnit(int units, const Body& body)
{
    const int workers = workersFor(units);
    if (workers == 1)
    {
        for (int unit = 0; unit < units; unit++)
            body(0, unit);
        return;
    }

    // A class, as the std::function of a lambda would be allocated.
    class Loop : public ParallelLoopBody
    {
    public:
        Loop(int units_, const Body& body_) : units(units_), body(body_), next(0) {}
        void operator()(const Range& range) const override
        {
            for (int worker = range.start; worker < range.end; worker++)
                for (int unit = next++; unit < units; unit = next++)
                    body(worker, unit);
        }

    private:
        const int units;
        const Body& body;
        mutable std::atomic<int> next;
    };
    parallel_for_(Range(0, workers), Loop(units, body), workers);
}

} // namespace dnn_rpn
} // namespace cv

#endif
