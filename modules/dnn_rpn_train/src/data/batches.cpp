// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "batches.hpp"

#include <atomic>
#include <numeric>
#include <sstream>

#include "augment.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

uint64 highHalf(int seed)
{
    return static_cast<uint64>(static_cast<unsigned>(seed)) << 32;
}

//! The finalizer of SplitMix64 (Steele, Lea, Flood 2014): numbers that differ little become far ones.
uint64 scatter(uint64 z)
{
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}

std::vector<int> shuffled(int count, int seed, int epoch)
{
    std::vector<int> o(count);
    std::iota(o.begin(), o.end(), 0);
    RNG rng(highHalf(seed) + static_cast<uint64>(epoch) + 1);
    for (size_t i = o.size() - 1; i > 0; i--)
        std::swap(o[i], o[rng.uniform(0, static_cast<int>(i) + 1)]);
    return o;
}

} // namespace

Batches::Batches(const Dataset& dataset_, Size size_, int batch, int seed_, const AugmentParams& augment_,
                 int epochs, Ranks& ranks_)
    : dataset(dataset_), size(size_), batchSize(batch), seed(seed_), augment(augment_),
      clean(augment_.clean()),
      cleanFrom(epochs == 0 ? INT_MAX
                            : cvRound((1 - augment_.cleanEnd) * epochs * (batch > 0 ? perEpoch() : 0))),
      ranks(ranks_), part(ranks_, batch), cache(dataset_.images.size())
{
    CV_CheckGT(batch, 0, "images in a batch");
    if (batch < ranks.count())
        CV_Error_(Error::StsBadArg, ("batch=%d has no image for each of %d processes", batch, ranks.count()));
    augment.check();
    if (perEpoch() == 0)
        CV_Error_(Error::StsBadArg,
                  ("%d images do not fill one batch of %d", static_cast<int>(cache.size()), batch));
}

void Batches::keep(size_t budget)
{
    room = static_cast<int64>(budget);
    std::atomic<bool> full(false);
    const int count = static_cast<int>(cache.size());
    const int own = (count - ranks.rank() + ranks.count() - 1) / ranks.count();
    parallel_for_(Range(0, own), [&](const Range& range) {
        for (int k = range.start; k < range.end; k++)
        {
            const int i = ranks.rank() + k * ranks.count();
            if (!full && kept(i).image.empty())
                prepared(i);
            if (budget > 0 && kept(i).image.empty() && !isUnreadable(i))
                full = true;
        }
    });
    shareUnreadable();
}

//! What one rank could not read, another might, but all must go on with the same images.
void Batches::shareUnreadable() const
{
    if (ranks.count() == 1)
        return;
    std::string list;
    for (const auto& image : unreadable)
        list += std::to_string(image.first) + "\t" + image.second + "\n";
    const std::vector<std::string> lists = ranks.gather(list);
    for (int r = 0; r < ranks.count(); r++)
    {
        std::istringstream lines(lists[r]);
        for (std::string line; r != ranks.rank() && std::getline(lines, line);)
            leaveOut(std::stoi(line), line.substr(line.find('\t') + 1), false);
    }
}

Sample Batches::kept(int index) const
{
    const std::lock_guard<std::mutex> lock(mutex);
    return cache[index];
}

void Batches::keepIfRoom(int index, const Sample& sample) const
{
    const int64 bytes = static_cast<int64>(sample.image.total() * sample.image.elemSize());
    const std::lock_guard<std::mutex> lock(mutex);
    if (room < bytes || !cache[index].image.empty())
        return;
    room -= bytes;
    cache[index] = sample;
}

bool Batches::isUnreadable(int index) const
{
    const std::lock_guard<std::mutex> lock(mutex);
    return unreadable.count(index) > 0;
}

void Batches::leaveOut(int index, const std::string& why, bool tell) const
{
    const std::lock_guard<std::mutex> lock(mutex);
    if (!unreadable.emplace(index, why).second)
        return;
    if (unreadable.size() * 2 > cache.size())
        CV_Error_(Error::StsError,
                  ("%d of %d images cannot be used, the last one: %s", static_cast<int>(unreadable.size()),
                   static_cast<int>(cache.size()), why.c_str()));
    if (tell)
        CV_LOG_ERROR(NULL, why << "; it is left out, and the next image takes its place");
}

Sample Batches::prepared(int index) const
{
    // Half of them are readable, or leaveOut() throws.
    for (const int count = static_cast<int>(cache.size());; index = (index + 1) % count)
    {
        const Sample already = kept(index);
        if (!already.image.empty())
            return already;
        if (isUnreadable(index))
            continue;
        const AnnotatedImage& image = dataset.images[index];
        Mat pixels;
        try
        {
            pixels = readImage(image);
        }
        catch (const cv::Exception& e)
        {
            leaveOut(index, e.err, true);
            continue;
        }
        const Sample s = prepareSample(pixels, image.objects, size, augment);
        keepIfRoom(index, s);
        return s;
    }
}

std::vector<int> Batches::indices(int step) const
{
    const int epoch = step / perEpoch(), first = step % perEpoch() * batchSize;
    const std::lock_guard<std::mutex> lock(mutex);
    Order& order = orders[epoch % 2];
    if (order.epoch != epoch)
        order = Order{epoch, shuffled(static_cast<int>(dataset.images.size()), seed, epoch)};
    return std::vector<int>(order.indices.begin() + first, order.indices.begin() + first + batchSize);
}

Sample Batches::sample(int index, const AugmentParams& how, bool flip, RNG& own) const
{
    std::vector<Sample> sources{prepared(index)};
    if (chance(own, how.mosaic))
        while (sources.size() < 4)
            sources.push_back(prepared(own.uniform(0, static_cast<int>(cache.size()))));
    return augmentSample(sources, size, how, flip, own);
}

Batch Batches::at(int step) const
{
    CV_CheckGE(step, 0, "number of a step");
    RNG rng(highHalf(seed) ^ (static_cast<uint64>(step) * 0x9E3779B97F4A7C15ull));
    rng.next(); // neighbouring seeds give alike first numbers
    const AugmentParams& how = step < cleanFrom ? augment : clean;
    Batch b;
    b.whole = indices(step);
    std::vector<Mat> batch;
    for (int n = 0; n < batchSize; n++)
    {
        RNG own(scatter(rng.state));
        const bool flip = chance(rng, how.flip);
        if (n < part.first || n >= part.first + part.count)
            continue;
        b.indices.push_back(b.whole[n]);
        b.flipped.push_back(flip);
        const Sample s = sample(b.whole[n], how, flip, own);
        batch.push_back(s.image);
        b.objects.push_back(s.objects);
    }
    b.images = stack(batch);
    return b;
}

} // namespace dnn_rpn_train
} // namespace cv
