// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "launched.hpp"

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>

#include <mpi.h>

namespace cv {
namespace dnn_rpn_train {

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point begin)
{
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

class MpiRanks : public Ranks
{
public:
    explicit MpiRanks(double timeout_) : timeout(timeout_)
    {
        int level = 0;
        MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &level);
        MPI_Comm_dup(MPI_COMM_WORLD, &world);
        MPI_Comm_dup(MPI_COMM_WORLD, &waiting);
        MPI_Comm_rank(world, &own);
        MPI_Comm_size(world, &size);
        MPI_Comm here;
        MPI_Comm_split_type(world, MPI_COMM_TYPE_SHARED, own, MPI_INFO_NULL, &here);
        MPI_Comm_size(here, &sizeHere);
        MPI_Comm_free(&here);
    }

    ~MpiRanks() override
    {
        MPI_Comm_free(&waiting);
        MPI_Comm_free(&world);
        MPI_Finalize();
    }

    int rank() const override { return own; }
    int count() const override { return size; }
    int countHere() const override { return sizeHere; }

    void sum(double* values, int count) override
    {
        if (size == 1)
            return;
        MPI_Request request;
        MPI_Iallreduce(MPI_IN_PLACE, values, count, MPI_DOUBLE, MPI_SUM, world, &request);
        wait({request});
    }

    void startSum(float* values, int count) override
    {
        MPI_Request request;
        MPI_Iallreduce(MPI_IN_PLACE, values, count, MPI_FLOAT, MPI_SUM, world, &request);
        sums.push_back(request);
    }

    void goOn() override
    {
        // Nobody else does: without a call, Open MPI's collectives stand still between two of their rounds.
        int done = 0;
        if (!sums.empty())
            MPI_Testall(static_cast<int>(sums.size()), sums.data(), &done, MPI_STATUSES_IGNORE);
    }

    void finishSums() override
    {
        wait(sums);
        sums.clear();
    }

    std::string fromFirst(const std::string& text) override
    {
        uint64_t bytes = text.size();
        MPI_Request request;
        MPI_Ibcast(&bytes, 1, MPI_UINT64_T, 0, world, &request);
        wait({request});
        std::string all = first() ? text : std::string(bytes, 0);
        const size_t most = 1 << 30; // MPI counts with an int
        for (size_t at = 0; at < bytes; at += most)
        {
            MPI_Ibcast(&all[at], static_cast<int>(std::min(most, bytes - at)), MPI_CHAR, 0, world, &request);
            wait({request});
        }
        return all;
    }

    std::vector<std::string> gather(const std::string& text) override
    {
        const int bytes = static_cast<int>(text.size());
        std::vector<int> sizes(size), offsets(size);
        MPI_Request request;
        MPI_Iallgather(&bytes, 1, MPI_INT, sizes.data(), 1, MPI_INT, world, &request);
        wait({request});
        uint64_t total = 0;
        for (int r = 0; r < size; r++)
        {
            offsets[r] = static_cast<int>(total);
            total += static_cast<uint64_t>(sizes[r]);
        }
        CV_CheckLE(total, static_cast<uint64_t>(INT_MAX), "bytes that the ranks tell one another at once");
        std::string all(total, 0);
        MPI_Iallgatherv(text.data(), bytes, MPI_CHAR, &all[0], sizes.data(), offsets.data(), MPI_CHAR, world,
                        &request);
        wait({request});
        std::vector<std::string> texts;
        for (int r = 0; r < size; r++)
            texts.push_back(all.substr(offsets[r], sizes[r]));
        return texts;
    }

    [[noreturn]] void abort(const std::string& why) override
    {
        // What all ranks have found, the first one says.
        if (!first())
            std::this_thread::sleep_for(std::chrono::milliseconds(300));
        char machine[MPI_MAX_PROCESSOR_NAME] = "";
        int length = 0;
        MPI_Get_processor_name(machine, &length);
        std::cerr << "error: rank " << own << " of " << size << ", on " << machine << ": " << why
                  << std::endl;
        MPI_Abort(world, 1);
        std::_Exit(1);
    }

private:
    //! MPI's own waiting takes a whole core, and has no end if another rank does nothing.
    void wait(std::vector<MPI_Request> requests)
    {
        const Clock::time_point begin = Clock::now();
        for (int done = 0;;)
        {
            MPI_Testall(static_cast<int>(requests.size()), requests.data(), &done, MPI_STATUSES_IGNORE);
            if (done)
                return;
            const double waited = secondsSince(begin);
            if (waited < 1e-3)
                std::this_thread::yield();
            else
                std::this_thread::sleep_for(std::chrono::microseconds(50));
            if (waited > timeout)
                giveUp();
        }
    }

    /** @brief Ends all of them, by the name of those that do not wait. Who waits tells the first two; the
    second is there in case that it is the first that hangs. */
    [[noreturn]] void giveUp()
    {
        std::vector<MPI_Request> told;
        for (int r = 0; r < std::min(2, size); r++)
            if (r != own)
            {
                told.emplace_back();
                MPI_Isend(&own, 1, MPI_INT, r, 0, waiting, &told.back());
            }
        std::vector<char> waits(size, 0);
        waits[own] = 1;
        // The others began to wait within a step.
        const double patience = (1 + timeout / 4) * (std::min(own, 2) + 1);
        for (const Clock::time_point begin = Clock::now(); secondsSince(begin) < patience;)
        {
            int come = 0, other = 0;
            MPI_Iprobe(MPI_ANY_SOURCE, 0, waiting, &come, MPI_STATUS_IGNORE);
            if (come)
            {
                MPI_Recv(&other, 1, MPI_INT, MPI_ANY_SOURCE, 0, waiting, MPI_STATUS_IGNORE);
                waits[other] = 1;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        std::string silent;
        for (int r = 0; r < size; r++)
            if (!waits[r])
                silent += (silent.empty() ? "" : ", ") + std::to_string(r);
        abort(format("nothing was heard of rank %s for %g s (rank_timeout). It hangs, its machine or disk "
                     "does, or the time is too short for its work",
                     own < 2 && !silent.empty() ? silent.c_str() : "(unknown)", timeout));
    }

    const double timeout;
    MPI_Comm world = MPI_COMM_NULL, waiting = MPI_COMM_NULL;
    int own = 0, size = 1, sizeHere = 1;
    std::vector<MPI_Request> sums;
};

} // namespace

std::unique_ptr<Ranks> launchedRanks(double timeout)
{
    // MPI_Init() of a process that nobody launched starts a daemon.
    for (const char* name : {"PMIX_RANK", "PMI_RANK", "OMPI_COMM_WORLD_RANK"})
        if (std::getenv(name))
            return std::make_unique<MpiRanks>(timeout);
    return nullptr;
}

} // namespace dnn_rpn_train
} // namespace cv
