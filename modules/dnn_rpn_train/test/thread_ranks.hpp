// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_TEST_DNN_RPN_TRAIN_THREAD_RANKS_HPP
#define OPENCV_TEST_DNN_RPN_TRAIN_THREAD_RANKS_HPP

#include <condition_variable>
#include <cstring>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

#include "test_precomp.hpp"
#include "opencv2/dnn_rpn_train/private/ranks.hpp"

namespace opencv_test {

//! Ranks that are threads of this process.
class ThreadRanks : public Ranks
{
public:
    //! Calls it once a rank, on a thread of its own each; what one of them throws is thrown here.
    static void run(int count, const std::function<void(Ranks&)>& work)
    {
        Meeting meeting(count);
        std::exception_ptr error;
        std::vector<std::thread> threads;
        for (int r = 0; r < count; r++)
            threads.emplace_back([&, r] {
                ThreadRanks own(meeting, r);
                try
                {
                    work(own);
                }
                catch (...)
                {
                    const std::lock_guard<std::mutex> lock(meeting.mutex);
                    if (!meeting.broken)
                        error = std::current_exception();
                    meeting.broken = true;
                    meeting.changed.notify_all();
                }
            });
        for (std::thread& thread : threads)
            thread.join();
        if (error)
            std::rethrow_exception(error);
    }

    int rank() const override { return own; }
    int count() const override { return static_cast<int>(meeting.texts.size()); }
    int countHere() const override { return count(); }
    void sum(double* values, int n) override { add(values, n); }
    void startSum(float* values, int n) override { add(values, n); }
    void goOn() override {}
    void finishSums() override {}
    std::string fromFirst(const std::string& text) override { return gather(text)[0]; }

    std::vector<std::string> gather(const std::string& text) override
    {
        meeting.texts[own] = text;
        meet();
        const std::vector<std::string> all = meeting.texts;
        meet();
        return all;
    }

    [[noreturn]] void abort(const std::string& why) override { CV_Error(Error::StsError, why); }

private:
    struct Meeting
    {
        explicit Meeting(int count) : texts(count) {}
        std::vector<std::string> texts;
        std::mutex mutex;
        std::condition_variable changed;
        int here = 0, number = 0;
        bool broken = false;
    };

    ThreadRanks(Meeting& meeting_, int rank) : meeting(meeting_), own(rank) {}

    void meet()
    {
        std::unique_lock<std::mutex> lock(meeting.mutex);
        const int mine = meeting.number;
        if (++meeting.here == count())
        {
            meeting.here = 0;
            meeting.number++;
            meeting.changed.notify_all();
        }
        meeting.changed.wait(lock, [&] { return meeting.broken || meeting.number != mine; });
        if (meeting.broken)
            throw std::runtime_error("another rank failed");
    }

    template<typename Number>
    void add(Number* values, int n)
    {
        const size_t bytes = n * sizeof(Number);
        std::vector<Number> other(n), total(n, 0);
        for (const std::string& text : gather(std::string(reinterpret_cast<const char*>(values), bytes)))
        {
            ASSERT_EQ(bytes, text.size()) << "ranks do not sum the same";
            std::memcpy(other.data(), text.data(), bytes);
            for (int i = 0; i < n; i++)
                total[i] += other[i];
        }
        std::copy(total.begin(), total.end(), values);
    }

    Meeting& meeting;
    const int own;
};

} // namespace opencv_test

#endif
