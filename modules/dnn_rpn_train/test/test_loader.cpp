// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include <chrono>
#include <set>
#include <thread>

#include "scratch.hpp"
#include "../src/data/geometry.hpp"
#include "../src/data/loader.hpp"
#include "opencv2/dnn_rpn.hpp"

namespace opencv_test {
namespace {

const AugmentParams strong = AugmentParams::preset("strong");

void expectSame(const Batch& a, const Batch& b)
{
    EXPECT_EQ(a.indices, b.indices);
    ASSERT_EQ(a.images.shape().str(), b.images.shape().str());
    EXPECT_EQ(0, cv::norm(a.images.flat(), b.images.flat(), NORM_INF));
    ASSERT_EQ(a.objects.size(), b.objects.size());
    for (size_t n = 0; n < a.objects.size(); n++)
    {
        ASSERT_EQ(a.objects[n].size(), b.objects[n].size());
        for (size_t i = 0; i < a.objects[n].size(); i++)
        {
            EXPECT_EQ(a.objects[n][i].box, b.objects[n][i].box);
            EXPECT_EQ(a.objects[n][i].label, b.objects[n][i].label);
            EXPECT_EQ(a.objects[n][i].ignored, b.objects[n][i].ignored);
        }
    }
}

TEST(Loader, everyImageOnceAnEpochInAnOrderOfTheSeed)
{
    const Scratch s;
    const Dataset set = writeDiscs(s, 7, 2, Size(48, 32), 0);
    auto order = [&](int seed) {
        Loader loader(set, Size(24, 16), 2, seed);
        EXPECT_EQ(3, loader.batchesPerEpoch());
        std::vector<int> all;
        for (int i = 0; i < 6; i++)
        {
            const Batch b = loader.next();
            EXPECT_EQ(Shape(2, 3, 16, 24).str(), b.images.shape().str());
            all.insert(all.end(), b.indices.begin(), b.indices.end());
        }
        return all;
    };
    const std::vector<int> a = order(1), b = order(1), c = order(2);
    EXPECT_EQ(a, b);
    EXPECT_NE(a, c);
    for (int epoch = 0; epoch < 2; epoch++)
    {
        std::vector<int> seen(a.begin() + 6 * epoch, a.begin() + 6 * (epoch + 1));
        std::sort(seen.begin(), seen.end());
        EXPECT_EQ(seen.end(), std::unique(seen.begin(), seen.end()));
    }
}

//! The defaults, written down plainly: shuffled from the seed and the epoch, mirrored by a number each.
TEST(Loader, mirrorsAsItAlwaysHas)
{
    const Scratch s;
    const Dataset set = writeDiscs(s, 5, 2, Size(50, 32), 0);
    const int seed = 3, batch = 2, perEpoch = 2;
    Loader loader(set, Size(24, 16), batch, seed);
    int mirrored = 0;
    for (int step = 0; step < 20; step++)
    {
        std::vector<int> order{0, 1, 2, 3, 4};
        RNG shuffle((uint64(seed) << 32) + uint64(step / perEpoch) + 1);
        for (int i = 4; i > 0; i--)
            std::swap(order[i], order[shuffle.uniform(0, i + 1)]);
        RNG coins((uint64(seed) << 32) ^ (uint64(step) * 0x9E3779B97F4A7C15ull));
        coins.next();
        Batch expected;
        std::vector<Mat> pixels;
        for (int i = 0; i < batch; i++)
        {
            const int index = order[step % perEpoch * batch + i];
            Sample sample =
                resizeSample(readImage(set.images[index]), set.images[index].objects, Size(24, 16));
            if (coins.uniform(0, 2))
            {
                sample = flipSample(sample);
                mirrored++;
            }
            expected.indices.push_back(index);
            expected.objects.push_back(sample.objects);
            pixels.push_back(sample.image);
        }
        expected.images = stack(pixels);
        expectSame(expected, loader.next());
    }
    EXPECT_TRUE(mirrored > 8 && mirrored < 32) << mirrored;
}

TEST(Loader, threadsMemoryAndStartChangeNothing)
{
    const Scratch s;
    const Dataset set = writeDiscs(s, 7, 3, Size(90, 64), 0);
    const Size size(48, 32);
    const int steps = 14; // over several epochs
    std::vector<Batch> expected;
    for (Loader loader(set, size, 3, 5, strong); static_cast<int>(expected.size()) < steps;)
        expected.push_back(loader.next());
    const size_t three = 3 * 90 * 64 * 3;
    for (size_t budget : {size_t(0), three, size_t(1) << 30})
        for (int workers : {1, 2, 7})
            for (int first : {0, 1, 9})
            {
                SCOPED_TRACE(cv::format("budget %d, %d workers, first step %d", int(budget), workers, first));
                Loader loader(set, size, 3, 5, strong, 0, first, budget, workers);
                for (int step = first; step < steps; step++)
                    expectSame(expected[step], loader.next());
            }
}

TEST(Loader, theEndOfATrainingMayBeClean)
{
    const Scratch scratch;
    const Dataset set = writeDiscs(scratch, 6, 3, Size(40, 30), 0);
    const int epochs = 4, steps = epochs * 3;
    const auto batchesOf = [&](const AugmentParams& augment, int first = 0) {
        std::vector<Batch> batches;
        Loader loader(set, Size(24, 16), 2, 5, augment, epochs, first);
        while (static_cast<int>(batches.size()) < steps - first)
            batches.push_back(loader.next());
        return batches;
    };
    const std::vector<Batch> varied = batchesOf(strong), plain = batchesOf(AugmentParams());
    AugmentParams ending = strong;
    ending.cleanEnd = 0.25;
    const std::vector<Batch> both = batchesOf(ending), resumed = batchesOf(ending, 10);
    const auto same = [](const Batch& a, const Batch& b) {
        return cv::norm(a.images.flat(), b.images.flat(), NORM_INF) == 0;
    };
    for (int i = 0; i < steps; i++)
    {
        EXPECT_TRUE(same(both[i], i < 9 ? varied[i] : plain[i])) << i;
        EXPECT_FALSE(same(varied[i], plain[i])) << i;
    }
    EXPECT_TRUE(same(both[10], resumed[0]));
}

TEST(Loader, everyStepDiffersAndSoDoesEverySlot)
{
    const Scratch s;
    Dataset set = writeDiscs(s, 1, 3, Size(90, 64), 0);
    set.images.resize(4, set.images[0]); // the same image in every slot
    Loader loader(set, Size(48, 32), 4, 0, strong);
    std::set<std::string> seen;
    for (int step = 0; step < 10; step++)
    {
        const Batch b = loader.next();
        for (int n = 0; n < 4; n++)
            seen.insert(std::string(reinterpret_cast<const char*>(b.images.image(n)),
                                    b.images.shape().image() * sizeof(float)));
    }
    EXPECT_EQ(40u, seen.size());
}

TEST(Loader, anImageThatCannotBeReadIsLeftOut)
{
    const Scratch s;
    const Dataset set = writeDiscs(s, 5, 1, Size(48, 32), 0);
    std::vector<Batch> whole, without;
    for (std::vector<Batch>* batches : {&whole, &without})
        for (size_t budget : {size_t(0), size_t(1) << 30}) // decoded when needed, and before
        {
            Loader loader(set, Size(24, 16), 5, 0, AugmentParams(), 0, 0, budget);
            batches->push_back(loader.next());
            if (batches == &whole && budget > 0)
                writeText(set.images[3].path, "not any more");
        }
    for (size_t b = 0; b < 2; b++)
        for (int n = 0; n < 5; n++)
        {
            // In its place stands the next one, with its objects.
            const int index = without[b].indices[n];
            const int taken = static_cast<int>(
                std::find(whole[b].indices.begin(), whole[b].indices.end(), index == 3 ? 4 : index) -
                whole[b].indices.begin());
            const std::vector<Object>&expected = whole[b].objects[taken], &found = without[b].objects[n];
            ASSERT_EQ(expected.size(), found.size()) << n;
            for (size_t i = 0; i < found.size() && whole[b].flipped[taken] == without[b].flipped[n]; i++)
                EXPECT_EQ(expected[i].box, found[i].box) << n;
        }
    for (int i : {0, 1})
        writeText(set.images[i].path, "not any more");
    EXPECT_TRUE(contains(errorOf([&] { Loader(set, Size(24, 16), 2, 0); }), "3 of 5 images cannot be used"));
}

TEST(Loader, imagesThatGoMissingAreToldByNext)
{
    const Scratch s;
    const Dataset set = writeDiscs(s, 4, 1, Size(48, 32), 0);
    for (int workers : {1, 3})
    {
        std::string message;
        int steps = 0;
        const std::string bytes = readFile(set.images[2].path);
        {
            Loader loader(set, Size(24, 16), 1, 0, AugmentParams(), 0, 0, 0, workers);
            for (int i : {0, 1, 2})
                std::filesystem::remove(set.images[i].path);
            // What was made ahead may still hold them.
            while (message.empty() && steps++ < 100)
                message = errorOf([&] { loader.next(); });
            EXPECT_TRUE(contains(message, "3 of 4 images cannot be used")) << message;
            EXPECT_EQ(message, errorOf([&] { loader.next(); })); // and no hang, and no other step
        }
        for (int i : {0, 1, 2})
            writeFile(set.images[i].path, bytes);
    }
}

TEST(Loader, goesAwayAtAnyTime)
{
    const Scratch s;
    const Dataset set = writeDiscs(s, 4, 1, Size(300, 200), 0);
    RNG rng(1);
    for (int i = 0; i < 60; i++)
    {
        Loader loader(set, Size(24, 16), 2, 0, strong, 0, 0, 0, rng.uniform(1, 5));
        for (int taken = rng.uniform(0, 4); taken > 0; taken--)
            loader.next();
        std::this_thread::sleep_for(std::chrono::microseconds(rng.uniform(0, 3000)));
    }
}

//! False if no batch gets ready, however long the consumer does something else.
bool getsReady(const Loader& loader)
{
    for (int i = 0; i < 60000 && !loader.ready(); i++)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return loader.ready();
}

TEST(Loader, makesBatchesWhileNobodyAsks)
{
    const Scratch s;
    const Dataset set = writeDiscs(s, 3, 2, Size(90, 64), 0);
    for (size_t budget : {size_t(0), size_t(1) << 30})
        for (int workers : {1, 3})
        {
            Loader loader(set, Size(48, 32), 1, 0, strong, 0, 0, budget, workers);
            for (int step = 0; step < 9; step++)
            {
                ASSERT_TRUE(getsReady(loader)) << step;
                loader.next();
                EXPECT_EQ(0, loader.waited()) << step;
            }
        }
}

TEST(Loader, tellsThatItWaited)
{
    const Scratch s;
    const Dataset set = writeDiscs(s, 2, 5, Size(2000, 1500), 0);
    Loader loader(set, Size(24, 16), 1, 0, AugmentParams(), 0, 0, 0, 1);
    // Whoever does nothing else overtakes the decoder.
    int steps = 0;
    do
        loader.next();
    while (loader.waited() == 0 && ++steps < 1000);
    EXPECT_GT(loader.waited(), 0);
}

TEST(Preview, showsTheBatches)
{
    const Scratch s;
    Dataset set = writeDiscs(s, 5, 1, Size(48, 32), 0);
    set.images[1].objects[0].ignored = true;
    TrainParams p;
    p.size = Size(100, 80);
    p.batch = 2;
    p.seed = 4;
    p.augment = strong;
    const std::vector<PreviewImage> preview = previewTraining(set, p, 7);
    ASSERT_EQ(7u, preview.size());
    Loader loader(set, p.size, p.batch, p.seed, p.augment);
    Batch b;
    for (int i = 0; i < 7; i++)
    {
        if (i % 2 == 0)
            b = loader.next();
        EXPECT_EQ(set.images[b.indices[i % 2]].path, preview[i].source);
        const Mat& drawn = preview[i].image;
        ASSERT_EQ(Size(600, 480), drawn.size());
        // Every pixel is the batch's, six by six, or belongs to a box.
        int frame = 0;
        for (int y = 0; y < drawn.rows; y++)
            for (int x = 0; x < drawn.cols; x++)
            {
                const float* seen = b.images.image(i % 2) + y / 6 * 100 + x / 6;
                const Vec3b v = drawn.at<Vec3b>(y, x);
                if (v == Vec3b(0, 200, 0) || v == Vec3b(0, 140, 255))
                    frame++;
                else
                    ASSERT_EQ(Vec3f(seen[0], seen[8000], seen[16000]), Vec3f(v));
            }
        EXPECT_EQ(b.objects[i % 2].empty(), frame == 0);
        for (const Object& o : b.objects[i % 2])
        {
            const Point corner(std::min(599, cvRound(o.box[0] * 6)), std::min(479, cvRound(o.box[1] * 6)));
            const Vec3b v = drawn.at<Vec3b>(corner);
            EXPECT_TRUE(v == Vec3b(0, 200, 0) || (o.ignored && v == Vec3b(0, 140, 255))) << v;
        }
    }
}

TEST(Loader, mistakesAreNamed)
{
    const Scratch s;
    const Dataset set = writeDiscs(s, 2, 1, Size(48, 32), 0);
    EXPECT_TRUE(contains(errorOf([&] { Loader(set, Size(24, 16), 3, 0); }), "do not fill"));
    EXPECT_TRUE(contains(errorOf([&] { Loader(set, Size(24, 16), 0, 0); }), "batch"));
    EXPECT_TRUE(
        contains(errorOf([&] { Loader(set, Size(24, 16), 1, 0, AugmentParams(), 0, -1); }), "first step"));
    AugmentParams wrong;
    wrong.mosaic = 2;
    EXPECT_TRUE(contains(errorOf([&] { Loader(set, Size(24, 16), 1, 0, wrong); }), "mosaic=2"));
}

} // namespace
} // namespace opencv_test
