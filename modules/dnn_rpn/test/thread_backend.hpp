// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_TEST_DNN_RPN_THREAD_BACKEND_HPP
#define OPENCV_TEST_DNN_RPN_THREAD_BACKEND_HPP

// The thread sanitizer sees only what is compiled with it. In the libraries that OpenCV's parallel loops run
// on, the end of a loop is no order to it, and everything after a loop looks like a race. Tests under that
// sanitizer therefore run the loops on threads that are made here, for each loop anew.
#if defined(__SANITIZE_THREAD__)

#include <thread>
#include <vector>

#include "opencv2/core/parallel/parallel_backend.hpp"
#include "opencv2/core/utility.hpp"

namespace opencv_test {

class ThreadBackend : public cv::parallel::ParallelForAPI
{
public:
    static void use()
    {
        cv::parallel::setParallelForBackend(std::make_shared<ThreadBackend>(), false);
        cv::setNumThreads(2);
    }

    void parallel_for(int tasks, FN_parallel_for_body_cb_t body, void* data) override
    {
        std::vector<std::thread> threads;
        const int workers = std::min(tasks, count);
        for (int i = 0; i < workers; i++)
            threads.emplace_back([=] {
                number() = i;
                for (int task = i; task < tasks; task += workers)
                    body(task, task + 1, data);
                number() = 0;
            });
        for (std::thread& thread : threads)
            thread.join();
    }

    int getThreadNum() const override { return number(); }
    int getNumThreads() const override { return count; }
    int setNumThreads(int n) override
    {
        const int before = count;
        count = n > 0 ? n : 2;
        return before;
    }
    const char* getName() const override { return "threads"; }

private:
    static int& number()
    {
        static thread_local int n = 0;
        return n;
    }

    int count = 2;
};

} // namespace opencv_test

#endif
#endif
