// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "loader.hpp"

#include <numeric>

#include "opencv2/imgproc.hpp"

namespace cv {
namespace dnn_rpn_train {

Sample resizeSample(const Mat& picture, const std::vector<Object>& objects, Size size)
{
    Sample s;
    resize(picture, s.picture, size, 0, 0, INTER_LINEAR);
    const float fx = static_cast<float>(size.width) / picture.cols,
                fy = static_cast<float>(size.height) / picture.rows;
    s.objects = objects;
    // An annotation that is silent about the picture's size may have boxes beyond it.
    const auto inside = [](float v, int side) {
        return std::min(std::max(v, 0.f), static_cast<float>(side));
    };
    for (Object& o : s.objects)
        o.box = Vec4f(inside(o.box[0], picture.cols) * fx, inside(o.box[1], picture.rows) * fy,
                      inside(o.box[2], picture.cols) * fx, inside(o.box[3], picture.rows) * fy);
    const auto empty = [](const Object& o) { return o.box[2] <= o.box[0] || o.box[3] <= o.box[1]; };
    s.objects.erase(std::remove_if(s.objects.begin(), s.objects.end(), empty), s.objects.end());
    return s;
}

Sample flipSample(const Sample& sample)
{
    Sample s;
    flip(sample.picture, s.picture, 1);
    s.objects = sample.objects;
    const float width = static_cast<float>(sample.picture.cols);
    for (Object& o : s.objects)
        o.box = Vec4f(width - o.box[2], o.box[1], width - o.box[0], o.box[3]);
    return s;
}

Tensor stack(const std::vector<Mat>& pictures)
{
    CV_Assert(!pictures.empty());
    const Size size = pictures[0].size();
    Tensor t(Shape(static_cast<int>(pictures.size()), 3, size.height, size.width));
    for (size_t n = 0; n < pictures.size(); n++)
    {
        CV_Assert(pictures[n].size() == size && pictures[n].type() == CV_8UC3);
        Mat planes[3];
        for (int c = 0; c < 3; c++)
            planes[c] = Mat(size, CV_32F, t.picture(static_cast<int>(n)) + c * t.shape().plane());
        Mat wide;
        pictures[n].convertTo(wide, CV_32F);
        split(wide, planes);
    }
    return t;
}

Loader::Loader(const Dataset& dataset_, Size size_, int batch, int seed_, size_t budget, int firstStep)
    : dataset(dataset_), size(size_), batchSize(batch), seed(seed_), cache(dataset_.images.size()),
      step(firstStep)
{
    CV_CheckGT(batch, 0, "pictures in a batch");
    if (batchesPerEpoch() == 0)
        CV_Error_(Error::StsBadArg,
                  ("%d pictures do not fill one batch of %d", static_cast<int>(cache.size()), batch));
    const size_t kept = std::min(cache.size(), budget / (static_cast<size_t>(size.area()) * 3));
    parallel_for_(Range(0, static_cast<int>(cache.size())), [&](const Range& range) {
        for (int i = range.start; i < range.end; i++)
        {
            Sample s = load(i);
            if (static_cast<size_t>(i) < kept)
                cache[i] = s;
        }
    });
}

Loader::~Loader()
{
    if (ahead.valid())
        ahead.wait();
}

Sample Loader::load(int index) const
{
    const AnnotatedImage& image = dataset.images[index];
    return resizeSample(readPicture(image), image.objects, size);
}

std::vector<int> Loader::order(int epoch) const
{
    std::vector<int> o(dataset.images.size());
    std::iota(o.begin(), o.end(), 0);
    RNG rng((static_cast<uint64>(static_cast<unsigned>(seed)) << 32) + static_cast<uint64>(epoch) + 1);
    for (size_t i = o.size() - 1; i > 0; i--)
        std::swap(o[i], o[rng.uniform(0, static_cast<int>(i) + 1)]);
    return o;
}

Batch Loader::make(int at) const
{
    const int epoch = at / batchesPerEpoch(), first = at % batchesPerEpoch() * batchSize;
    const std::vector<int> shuffled = order(epoch);
    RNG rng((static_cast<uint64>(static_cast<unsigned>(seed)) << 32) ^
            (static_cast<uint64>(at) * 0x9E3779B97F4A7C15ull));
    rng.next(); // neighbouring seeds give alike first numbers
    Batch b;
    std::vector<Mat> pictures;
    for (int i = 0; i < batchSize; i++)
    {
        const int index = shuffled[first + i];
        Sample s = cache[index].picture.empty() ? load(index) : cache[index];
        b.flipped.push_back(static_cast<char>(rng.uniform(0, 2)));
        if (b.flipped.back())
            s = flipSample(s);
        pictures.push_back(s.picture);
        b.objects.push_back(s.objects);
        b.indices.push_back(index);
    }
    b.pictures = stack(pictures);
    return b;
}

Batch Loader::next()
{
    Batch b = ahead.valid() ? ahead.get() : make(step);
    step++;
    ahead = std::async(std::launch::async, [this, at = step] { return make(at); });
    return b;
}

} // namespace dnn_rpn_train
} // namespace cv
