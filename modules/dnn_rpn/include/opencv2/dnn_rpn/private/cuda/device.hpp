// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_PRIVATE_CUDA_DEVICE_HPP
#define OPENCV_DNN_RPN_PRIVATE_CUDA_DEVICE_HPP

#include "opencv2/core.hpp"

struct CUstream_st; // what CUDA's cudaStream_t points to

namespace cv {
namespace dnn_rpn {

/** What both modules want of an NVIDIA GPU: memory, copies, streams. This header needs none of CUDA's own;
status.hpp does, and launch.hpp and sums.hpp are for .cu files. In a build without CUDA only the tests have
all this, on a processor (modules/dnn_rpn/test/cuda_on_cpu). */
namespace cuda {

//! A cudaStream_t; nullptr is the default stream.
typedef ::CUstream_st* Stream;

//! How many GPUs can be used; 0 where there is no driver.
CV_EXPORTS int deviceCount();

//! The name of the current GPU, as its driver says it.
CV_EXPORTS String deviceName();

//! Waits until the stream has done all of its work.
CV_EXPORTS void synchronize(Stream stream);

//! Copies to the device. Unless it is page-locked, the host's memory may be changed once this returns.
CV_EXPORTS void upload(const void* host, void* device, size_t bytes, Stream stream);

//! Copies to the host, and waits for the stream.
CV_EXPORTS void download(const void* device, void* host, size_t bytes, Stream stream);

//! Sets all bytes to 0.
CV_EXPORTS void clear(void* device, size_t bytes, Stream stream);

//! A piece of device memory.
class CV_EXPORTS Memory
{
public:
    //! @param bytes may be 0; cv::Exception names those that there were not
    explicit Memory(size_t bytes = 0);
    ~Memory();
    Memory(Memory&& other) noexcept;
    Memory& operator=(Memory&& other) noexcept;

    void* data() const { return address; } //!< aligned to 256 bytes; nullptr where there are none
    size_t bytes() const { return size; }

private:
    void* address;
    size_t size;
};

/** @brief Device memory to work in, kept from call to call.

Once it has grown to what the largest call needs, no further memory is asked for. It serves one stream: what
the next call writes there, it writes behind the one before. */
class CV_EXPORTS Workspace
{
public:
    Workspace();

    //! Device memory that it holds now, in bytes.
    size_t bytes() const;

    void begin(); //!< takes everything back; what lay in several blocks becomes one
    void* take(size_t bytes);

    template<typename T>
    T* take(size_t count)
    {
        return static_cast<T*>(take(count * sizeof(T)));
    }

private:
    std::vector<Memory> blocks;
    size_t used; //!< of the last block
};

} // namespace cuda
} // namespace dnn_rpn
} // namespace cv

#endif
