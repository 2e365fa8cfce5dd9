// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "opencv2/dnn_rpn_train/preview.hpp"

#include "opencv2/imgproc.hpp"

#include "batches.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

Mat imageOf(Tensor& batch, int n)
{
    const Shape s = batch.shape();
    Mat planes[3], image;
    for (int c = 0; c < 3; c++)
        planes[c] = Mat(s.h, s.w, CV_32F, batch.image(n) + c * s.plane());
    merge(planes, 3, image);
    image.convertTo(image, CV_8U);
    return image;
}

Mat draw(const Mat& seen, const std::vector<Object>& objects)
{
    const int factor = std::max(1, 640 / std::max(seen.cols, seen.rows));
    Mat drawn;
    resize(seen, drawn, seen.size() * factor, 0, 0, INTER_NEAREST);
    for (bool ignored : {true, false}) // objects over what is ignored
        for (const Object& o : objects)
            if (o.ignored == ignored)
            {
                const Vec4f b = o.box * static_cast<float>(factor);
                const Point first(cvRound(b[0]), cvRound(b[1])), end(cvRound(b[2]), cvRound(b[3]));
                rectangle(drawn, first, end - Point(1, 1), ignored ? Scalar(0, 140, 255) : Scalar(0, 200, 0));
            }
    return drawn;
}

} // namespace

std::vector<PreviewImage> previewTraining(const Dataset& dataset, const TrainParams& params, int count)
{
    const Batches batches(dataset, params.size, params.batch, params.seed, params.augment);
    std::vector<PreviewImage> preview;
    for (int step = 0; static_cast<int>(preview.size()) < count; step++)
    {
        Batch b = batches.at(step);
        for (int n = 0; n < params.batch && static_cast<int>(preview.size()) < count; n++)
            preview.push_back({draw(imageOf(b.images, n), b.objects[n]), dataset.images[b.indices[n]].path});
    }
    return preview;
}

} // namespace dnn_rpn_train
} // namespace cv
