// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_PRIVATE_RANKS_HPP
#define OPENCV_DNN_RPN_TRAIN_PRIVATE_RANKS_HPP

#include <string>
#include <vector>

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief The processes that train one network together, each on its part of every batch.

All of them call the same functions in the same order, each from one thread at a time. What comes out is the
same, bit for bit, on all of them, and again in another run of as many. One that waits longer than the time
that join() was given ends them all and says for whom. */
class CV_EXPORTS Ranks
{
public:
    virtual ~Ranks();

    virtual int rank() const = 0;      //!< 0..count()-1
    virtual int count() const = 0;     //!< 1: alone
    virtual int countHere() const = 0; //!< those that share this machine
    //! The one that writes and prints.
    bool first() const { return rank() == 0; }

    //! Each number becomes the sum over all ranks.
    virtual void sum(double* values, int count) = 0;
    //! Starts the same on floats, which are not to be touched before finishSums().
    virtual void startSum(float* values, int count) = 0;
    //! Lets what was started go on; to be called now and then, as it costs next to nothing.
    virtual void goOn() = 0;
    virtual void finishSums() = 0;

    //! The first one's text.
    virtual std::string fromFirst(const std::string& text) = 0;
    //! The texts of all, by rank.
    virtual std::vector<std::string> gather(const std::string& own) = 0;

    //! Writes which rank failed and why to the standard error, and ends all of them. Alone it throws.
    [[noreturn]] virtual void abort(const std::string& why) = 0;

    //! Whether it is so on any of them.
    bool any(bool here);

    //! One process.
    static Ranks& alone();
    //! Those that this process belongs to: alone before join().
    static Ranks& ofProcess();
    /** @brief Looks whether this process was started as one of several (mpirun, srun), and meets the others.
    cv::Exception if it was and this build trains alone.
    @param timeout seconds that a rank waits for the others before it ends all */
    static void join(double timeout);
    //! After join(), when the work is done.
    static void leave();
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
