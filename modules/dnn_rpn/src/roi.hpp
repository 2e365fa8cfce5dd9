// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_ROI_HPP
#define OPENCV_DNN_RPN_ROI_HPP

#include <climits>

#include "arena.hpp"
#include "check.hpp"
#include "roi_block.hpp"

namespace cv {
namespace dnn_rpn {

// What the operators on regions of interest share: arguments of four dimensions, and which RoI belongs to
// which image.

typedef std::vector<int> Shape4; // N, C, H, W

inline void checkShape(const Shape4& shape, const char* name)
{
    std::string text;
    bool good = shape.size() == 4;
    for (size_t d = 0; d < shape.size(); d++)
    {
        text += (d ? " x " : "") + std::to_string(shape[d]);
        good = good && shape[d] >= 1;
    }
    if (!good)
        CV_Error_(Error::StsBadSize, ("%s must be N x C x H x W, each at least 1, not %s", name,
                                      text.empty() ? "empty" : text.c_str()));
    // Cells of an image are counted in int, argmax included.
    if (double(shape[2]) * shape[3] > INT_MAX)
        CV_Error_(Error::StsBadSize, ("%s has too many cells a plane: %s", name, text.c_str()));
}

//! N x C x H x W of the type, continuous; a first dimension of 0 may come as any empty array.
inline Mat tensorArgument(InputArray array, int type, const char* name)
{
    Mat m = array.getMat();
    if (m.empty())
        return Mat();
    if (m.type() != type || m.dims != 4)
        CV_Error_(Error::StsBadArg, ("%s must have 4 dimensions of %s, not %s", name,
                                     typeToString(type).c_str(), shapeText(m).c_str()));
    return m.isContinuous() ? m : m.clone();
}

inline Shape4 shapeOf(const Mat& m)
{
    return Shape4(m.size.p, m.size.p + m.dims);
}

//! Features: a tensor with something in it.
inline Mat featuresArgument(InputArray array)
{
    const Mat m = tensorArgument(array, CV_32F, "features");
    checkShape(m.empty() ? Shape4() : shapeOf(m), "features");
    return m;
}

inline void checkPooled(Size pooled)
{
    const int limit = 1024; // keeps all counts of samples within int
    if (pooled.width < 1 || pooled.height < 1 || pooled.width > limit || pooled.height > limit)
        CV_Error_(Error::StsOutOfRange,
                  ("pooled must be in 1..%d, but is %d x %d", limit, pooled.width, pooled.height));
}

inline RoiGeometry geometryOf(const Shape4& features, Size pooled)
{
    RoiGeometry g;
    g.images = features[0];
    g.channels = features[1];
    g.height = features[2];
    g.width = features[3];
    g.rows = pooled.height;
    g.columns = pooled.width;
    g.cells = g.height * g.width;
    g.bins = g.rows * g.columns;
    g.blocks = (g.channels + channelsAtOnce - 1) / channelsAtOnce;
    return g;
}

//! Each image's RoIs, in order.
struct RoisByImage
{
    const int* rois;   //!< the indices of all
    const int* starts; //!< by image, and one more

    const int* first(int image) const { return rois + starts[image]; }
    int count(int image) const { return starts[image + 1] - starts[image]; }
};

inline RoisByImage roisByImage(InputArray batchIndices, int rois, int images, Arena& arena)
{
    const bool given = !batchIndices.empty();
    const Mat column = given ? columnArgument(batchIndices, CV_32S, rois, "batchIndices") : Mat();
    int* starts = arena.take<int>(images + 1);
    std::fill_n(starts, images + 1, 0);
    for (int r = 0; r < rois; r++)
    {
        const int image = given ? column.at<int>(r) : 0;
        if (image < 0 || image >= images)
            CV_Error_(Error::StsOutOfRange,
                      ("batchIndices must be in 0..%d, but has %d at %d", images - 1, image, r));
        ++starts[image + 1];
    }
    int* next = arena.take<int>(images);
    for (int n = 0; n < images; n++)
    {
        next[n] = starts[n];
        starts[n + 1] += starts[n];
    }
    int* members = arena.take<int>(rois);
    for (int r = 0; r < rois; r++)
        members[next[given ? column.at<int>(r) : 0]++] = r;
    return {members, starts};
}

//! R x 4 boxes whose cells can be counted in int and sampled in reasonable time.
inline Mat roisArgument(InputArray boxes_, float spatialScale)
{
    checkPositive(spatialScale, "spatialScale");
    const Mat boxes = boxesArgument(boxes_, "boxes");
    const float limit = 1e6f;
    for (int r = 0; r < boxes.rows; r++)
    {
        const float* b = boxes.ptr<float>(r);
        for (int i = 0; i < 4; i++)
            if (!(std::abs(b[i] * spatialScale) <= limit)) // true for NaN
                CV_Error_(Error::StsOutOfRange,
                          ("row %d of boxes must be finite and within +-%g cells, but is %g, %g, %g, %g at "
                           "spatialScale %g",
                           r, limit, b[0], b[1], b[2], b[3], spatialScale));
    }
    return boxes;
}

//! Outputs' gradients must have the shape that the forward pass gives.
inline void checkRoiTensor(const Mat& m, const char* name, int rois, int channels)
{
    if (m.empty() ? rois > 0 : m.size[0] != rois || m.size[1] != channels)
        CV_Error_(Error::StsUnmatchedSizes, ("%s must be %d x %d x rows x columns, not %s", name, rois,
                                             channels, m.empty() ? "empty" : shapeText(m).c_str()));
}

/** An output of four dimensions: the caller's own storage where it can be written straight away, one
aside where it has gaps or is an input as well. */
class TensorOutput
{
public:
    TensorOutput(OutputArray output, const Shape4& shape, int type, const Mat& input)
    {
        output.create(4, shape.data(), type);
        target = output.getMat();
        if (target.total() > 0 && (shareMemory(target, input) || !target.isContinuous()))
            storage.create(4, shape.data(), type);
        else
            storage = target;
    }

    template<typename T>
    T* data()
    {
        return storage.ptr<T>();
    }

    void finish()
    {
        if (storage.data != target.data)
            storage.copyTo(target);
    }

private:
    Mat target, storage;
};

} // namespace dnn_rpn
} // namespace cv

#endif
