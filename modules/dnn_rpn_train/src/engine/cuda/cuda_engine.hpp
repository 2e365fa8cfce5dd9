// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_HPP
#define OPENCV_DNN_RPN_TRAIN_ENGINE_CUDA_HPP

#include "kernels.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief An NVIDIA GPU: convolutions by cuDNN, products of matrices by cuBLAS, and loops of our own for the
rest.

All nodes are kept alike, plain floats or, with bf16, bfloat16 with the channels innermost. The order of all
sums depends on shapes alone: the same seed gives the same bits on the same kind of GPU. */
class CudaEngine : public Engine
{
public:
    //! @param precision fp32, tf32 or bf16; cv::Exception if there is no device
    explicit CudaEngine(const std::string& precision);

    //! Whether there is a device.
    static bool available();

    std::unique_ptr<Kernel> kernel(const Graph& graph, const Node& node) override;
    std::shared_ptr<void> allocate(size_t bytes) override;
    Layout inputLayout(const Shape& shape) const override;
    std::unique_ptr<DeviceCopy> deviceCopy(const std::vector<Tensor*>& tensors) override;
    void add(const Tensor& from, Tensor& to) override;
    void updateAverages(const std::vector<Tensor*>& averages, const std::vector<Tensor*>& values,
                        float share) override;
    std::unique_ptr<SgdUpdate> sgdUpdate(const std::vector<OptimizerSlot>& slots) override;
    AnchorOperators* anchorOperators() override { return anchors.get(); }
    void read(const Layout& layout, const Tensor& from, Tensor& to) override;
    void write(const Layout& layout, const Tensor& from, Tensor& to) override;

private:
    //! Plain floats on their way between the host's layout and the device's.
    Tensor staging(const Shape& shape);

    const Device device;
    const std::unique_ptr<AnchorOperators> anchors;
    dnn_rpn::cuda::Workspace workspace;
};

//! Between plain floats and the device's layout, both on the device.
void toDevice(const Device& device, const Tensor& from, Tensor& to);
void fromDevice(const Device& device, const Tensor& from, Tensor& to);
void addPlain(const Device& device, const Tensor& from, Tensor& to);

void updateAverage(const Device& device, Tensor& average, const Tensor& value, float share);
std::unique_ptr<AnchorOperators> makeAnchorOperators(const Device& device);
std::unique_ptr<SgdUpdate> makeSgdUpdate(const Device& device, const std::vector<OptimizerSlot>& slots);

} // namespace dnn_rpn_train
} // namespace cv

#endif
