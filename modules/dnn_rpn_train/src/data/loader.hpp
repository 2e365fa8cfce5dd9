// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DATA_LOADER_HPP
#define OPENCV_DNN_RPN_TRAIN_DATA_LOADER_HPP

#include <condition_variable>
#include <exception>
#include <map>
#include <thread>

#include "batches.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief Makes batches ready on threads of its own while the last one is being worked on.

The constructor decodes and keeps what fits the budget. What the batches hold depends on neither the budget
nor the number of threads.
*/
class CV_EXPORTS Loader
{
public:
    /** @param epochs of the training, as Batches takes them
    @param firstStep where to begin: the number of steps that are done already
    @param budget bytes of images to keep decoded
    @param ranks that work on each batch together; batches are this one's parts
    @param workers threads; 0: half as many as OpenCV has, since the step wants the cores too. Each has a
    batch in the making or waiting, and one more waits */
    Loader(const Dataset& dataset, Size size, int batch, int seed,
           const AugmentParams& augment = AugmentParams(), int epochs = 0, int firstStep = 0,
           size_t budget = defaultBudget(), int workers = 0, Ranks& ranks = Ranks::alone());
    ~Loader();
    Loader(const Loader&) = delete;
    Loader& operator=(const Loader&) = delete;

    static size_t defaultBudget() { return size_t(2) << 30; }

    int batchesPerEpoch() const { return batches.perEpoch(); }

    //! Batches in order of step. What went wrong while one was made, such as most images being gone, is
    //! thrown here, and again at the next call.
    Batch next();

    //! The batch that next() gives is made; it will not wait.
    bool ready() const;

    //! Seconds that the last next() waited; exactly 0 if its batch was ready.
    double waited() const { return seconds; }

private:
    //! A batch, or why there is none.
    struct Made
    {
        Batch batch;
        std::exception_ptr error;
    };
    void work();
    void stop();

    Batches batches;
    int step, begun; //!< next to give away, next to make
    int ahead = 0;   //!< batches in the making or waiting, at most
    double seconds = 0;
    bool stopping = false;
    std::map<int, Made> made;
    mutable std::mutex mutex;
    std::condition_variable oneMade, oneTaken;
    std::vector<std::thread> workers;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
