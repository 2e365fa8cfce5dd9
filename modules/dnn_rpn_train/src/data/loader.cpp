// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "loader.hpp"

namespace cv {
namespace dnn_rpn_train {

Loader::Loader(const Dataset& dataset, Size size, int batch, int seed, const AugmentParams& augment,
               int epochs, int firstStep, size_t budget, int workerCount, Ranks& ranks)
    : batches(dataset, size, batch, seed, augment, epochs, ranks), step(firstStep), begun(firstStep)
{
    CV_CheckGE(firstStep, 0, "number of the first step");
    CV_CheckGE(workerCount, 0, "threads that make batches");
    batches.keep(budget);
    if (workerCount == 0)
        workerCount = std::max(1, getNumThreads() / 2);
    ahead = workerCount + 1;
    try
    {
        while (static_cast<int>(workers.size()) < workerCount)
            workers.emplace_back(&Loader::work, this);
    }
    catch (...)
    {
        stop();
        throw;
    }
}

Loader::~Loader()
{
    stop();
}

void Loader::stop()
{
    {
        const std::lock_guard<std::mutex> lock(mutex);
        stopping = true;
    }
    oneTaken.notify_all();
    for (std::thread& worker : workers)
        worker.join();
}

void Loader::work()
{
    std::unique_lock<std::mutex> lock(mutex);
    for (;;)
    {
        oneTaken.wait(lock, [&] { return stopping || begun < step + ahead; });
        if (stopping)
            return;
        const int mine = begun++;
        lock.unlock();
        Made m;
        try
        {
            m.batch = batches.at(mine);
        }
        catch (...)
        {
            m.error = std::current_exception();
        }
        lock.lock();
        made[mine] = std::move(m);
        oneMade.notify_one();
    }
}

bool Loader::ready() const
{
    const std::lock_guard<std::mutex> lock(mutex);
    return made.count(step) > 0;
}

Batch Loader::next()
{
    std::unique_lock<std::mutex> lock(mutex);
    seconds = 0;
    if (made.count(step) == 0)
    {
        TickMeter clock;
        clock.start();
        oneMade.wait(lock, [&] { return made.count(step) > 0; });
        clock.stop();
        seconds = clock.getTimeSec();
    }
    Made& m = made[step];
    if (m.error)
        std::rethrow_exception(m.error);
    Batch batch = std::move(m.batch);
    made.erase(step++);
    oneTaken.notify_one();
    return batch;
}

} // namespace dnn_rpn_train
} // namespace cv
