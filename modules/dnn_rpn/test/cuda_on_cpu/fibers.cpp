// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "cuda_runtime.h"

#include <memory>
#include <vector>

#include <ucontext.h>

#include "opencv2/core.hpp"

namespace cuda_on_cpu {

namespace {

//! The threads of a block, and whom each waits for.
class Block
{
public:
    enum State
    {
        Running,
        WaitsForWarp,
        WaitsForBlock,
        Done
    };

    static Block& get()
    {
        static Block block;
        return block;
    }

    //! Calls body once for each thread.
    void run(const std::function<void()>& body_, bool backwards)
    {
        body = &body_;
        count = static_cast<int>(blockDim.x * blockDim.y * blockDim.z);
        while (static_cast<int>(fibers.size()) < count)
            fibers.emplace_back(new Fiber);
        for (int i = 0; i < count; i++)
            fibers[i]->start(&Block::enter);
        for (int left = count; left > 0;)
        {
            for (int k = 0; k < count; k++)
            {
                current = backwards ? count - 1 - k : k;
                if (fibers[current]->state != Running)
                    continue;
                const unsigned c = static_cast<unsigned>(current);
                threadIdx = {c % blockDim.x, c / blockDim.x % blockDim.y, c / blockDim.x / blockDim.y};
                swapcontext(&home, &fibers[current]->context);
                left -= fibers[current]->state == Done;
            }
            const bool released = release(WaitsForBlock, 0, count) | releaseWarps();
            if (left > 0 && !released)
                CV_Error(cv::Error::StsError,
                         "a barrier was not reached by all threads of its block or warp");
        }
    }

    void wait(State scope)
    {
        Fiber& fiber = *fibers[current];
        fiber.state = scope;
        swapcontext(&fiber.context, &home);
    }

    std::array<uint64_t, lanes> exchange(uint64_t value)
    {
        fibers[current]->shown = value;
        wait(WaitsForWarp);
        std::array<uint64_t, lanes> all{};
        const int first = current / lanes * lanes;
        for (int i = first; i < std::min(first + lanes, count); i++)
            all[i - first] = fibers[i]->state == Done ? 0 : fibers[i]->shown;
        wait(WaitsForWarp); // nobody shows the next value before all have seen this one
        return all;
    }

    int lane() const { return current % lanes; }

private:
    struct Fiber
    {
        static const size_t stackBytes = 64 << 10;

        void start(void (*entry)())
        {
            getcontext(&context);
            context.uc_stack.ss_sp = stack.get();
            context.uc_stack.ss_size = stackBytes;
            context.uc_link = nullptr;
            makecontext(&context, entry, 0);
            state = Running;
        }

        std::unique_ptr<char[]> stack{new char[stackBytes]};
        ucontext_t context;
        State state = Done;
        uint64_t shown = 0;
    };

    static void enter()
    {
        Block& block = get();
        (*block.body)();
        block.wait(Done);
    }

    //! Lets these threads go on if all that are not done wait for each other.
    bool release(State scope, int first, int last)
    {
        int waiting = 0;
        for (int i = first; i < last; i++)
        {
            if (fibers[i]->state != scope && fibers[i]->state != Done)
                return false;
            waiting += fibers[i]->state == scope;
        }
        for (int i = first; i < last; i++)
            if (fibers[i]->state == scope)
                fibers[i]->state = Running;
        return waiting > 0;
    }

    bool releaseWarps()
    {
        bool released = false;
        for (int i = 0; i < count; i += lanes)
            released |= release(WaitsForWarp, i, std::min(count, i + lanes));
        return released;
    }

    std::vector<std::unique_ptr<Fiber>> fibers;
    ucontext_t home;
    const std::function<void()>* body = nullptr;
    int count = 0, current = 0;
};

} // namespace

void launch(cudaStream_t stream, dim3 grid, dim3 block, const std::function<void()>& body)
{
    queue(stream, [=] {
        static bool backwards = false;
        backwards = !backwards;
        gridDim = grid;
        blockDim = block;
        const unsigned blocks = grid.x * grid.y * grid.z;
        for (unsigned i = 0; i < blocks; i++)
        {
            const unsigned b = backwards ? blocks - 1 - i : i;
            blockIdx = {b % grid.x, b / grid.x % grid.y, b / grid.x / grid.y};
            Block::get().run(body, i % 2 != 0);
        }
    });
}

int lane()
{
    return Block::get().lane();
}

void waitForBlock()
{
    Block::get().wait(Block::WaitsForBlock);
}

void waitForWarp()
{
    Block::get().wait(Block::WaitsForWarp);
}

std::array<uint64_t, lanes> exchange(uint64_t value)
{
    return Block::get().exchange(value);
}

} // namespace cuda_on_cpu
