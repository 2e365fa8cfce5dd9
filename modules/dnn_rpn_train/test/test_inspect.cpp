// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "scratch.hpp"
#include "opencv2/dnn_rpn_train/inspect.hpp"

namespace opencv_test {
namespace {

Object object(float x, float y, float width, float height, int label = 1, bool ignored = false)
{
    Object o;
    o.box = Vec4f(x, y, x + width, y + height);
    o.label = label;
    o.ignored = ignored;
    return o;
}

//! A data set of images that are not there.
Dataset listOf(const std::vector<std::vector<Object>>& images, const std::vector<String>& classes)
{
    Dataset set;
    set.classes = classes;
    for (size_t i = 0; i < images.size(); i++)
    {
        AnnotatedImage image;
        image.path = format("image%zu.png", i);
        image.size = Size(320, 240);
        image.objects = images[i];
        set.images.push_back(image);
    }
    return set;
}

NamedDataset named(const String& name, const Dataset& set)
{
    NamedDataset part;
    part.name = name;
    part.set = set;
    return part;
}

const Finding* findingOf(const std::vector<Finding>& all, const String& kind)
{
    for (const Finding& f : all)
        if (f.kind == kind)
            return &f;
    return nullptr;
}

std::vector<Finding> inspectLists(const std::vector<NamedDataset>& parts)
{
    InspectParams params;
    params.files = false;
    return inspect(parts, params);
}

TEST(Inspect, classesAreCountedBySize)
{
    const Dataset set = listOf({{object(0, 0, 32, 32), object(0, 0, 33, 32), object(0, 0, 96, 97, 2)},
                                {object(0, 0, 96, 96, 1, true)},
                                {object(5, 5, 96, 96)}},
                               {"cat", "dog"});
    const std::vector<ClassCount> counts = countClasses(set);
    ASSERT_EQ(2u, counts.size());
    EXPECT_EQ("cat", counts[0].name);
    EXPECT_EQ(3, counts[0].objects);
    EXPECT_EQ(1, counts[0].ignored);
    EXPECT_EQ(3, counts[0].images);
    EXPECT_EQ(1, counts[0].small);
    EXPECT_EQ(2, counts[0].medium);
    EXPECT_EQ(0, counts[0].large);
    EXPECT_EQ(1, counts[1].large);
}

TEST(Inspect, aGoodDataSetHasNoFindings)
{
    std::vector<std::vector<Object>> images(10, {object(10, 10, 50, 40)});
    EXPECT_TRUE(inspectLists({named("train", listOf(images, {"cat"}))}).empty());
}

TEST(Inspect, classesAreLookedAt)
{
    std::vector<std::vector<Object>> images;
    for (int i = 0; i < 12; i++)
        images.push_back({object(10, 10, 60, 50, 1)});
    images.push_back({object(10, 10, 60, 50, 2)});
    const Dataset training = listOf(images, {"traffic light", "Traffic_Light", "bird"}),
                  test = listOf({{object(10, 10, 60, 50, 3)}}, {"traffic light", "Traffic_Light", "bird"});
    const std::vector<Finding> all = inspectLists({named("train", training), named("test", test)});
    const Finding* const names = findingOf(all, "class names that are nearly the same");
    ASSERT_TRUE(names);
    EXPECT_TRUE(contains(names->text, "'Traffic_Light', 'traffic light'")) << names->text;
    const Finding* const rare = findingOf(all, "rare classes");
    ASSERT_TRUE(rare);
    EXPECT_TRUE(contains(rare->text, "'Traffic_Light' (1)")) << rare->text;
    const Finding* const untrained = findingOf(all, "classes that are not trained");
    ASSERT_TRUE(untrained);
    EXPECT_TRUE(contains(untrained->text, "'bird'")) << untrained->text;
}

TEST(Inspect, objectsAreLookedAt)
{
    std::vector<std::vector<Object>> images(10, {object(10, 10, 50, 40)});
    images.push_back({object(10, 10, 50, 40), object(10.2f, 10, 50, 40), object(100, 100, 15, 15)});
    images.push_back({});
    const std::vector<Finding> all = inspectLists({named("train", listOf(images, {"cat"}))});
    const Finding* f = findingOf(all, "objects that are there twice");
    ASSERT_TRUE(f);
    EXPECT_EQ(1, f->count);
    ASSERT_EQ(1u, f->images.size());
    EXPECT_EQ("image10.png", f->images[0].path);
    f = findingOf(all, "objects smaller than a cell");
    ASSERT_TRUE(f);
    EXPECT_EQ(1, f->count);
    f = findingOf(all, "images without objects");
    ASSERT_TRUE(f);
    EXPECT_TRUE(contains(f->text, "'image11.png'")) << f->text;
}

TEST(Inspect, duplicatesAreFoundWithinAndAcrossParts)
{
    const Scratch scratch;
    Dataset training = writeDiscs(scratch, 12, 2, Size(96, 64), 1);
    training.classes = {"disc"};
    Dataset test = training;
    test.images.clear();
    // A copy of one, one stored anew, one that is listed in both, and one that is cut off.
    AnnotatedImage copy = training.images[0], anew = training.images[1], damaged = training.images[2];
    copy.path = scratch / "copy.png";
    std::filesystem::copy(training.images[0].path, std::string(copy.path));
    anew.path = scratch / "anew.png";
    imwrite(anew.path, imread(training.images[1].path), {IMWRITE_PNG_COMPRESSION, 0});
    damaged.path = scratch / "damaged.png";
    writeText(damaged.path, readFile(training.images[2].path).substr(0, 200));
    training.images.push_back(copy);
    test.images = {anew, damaged, training.images[3]};
    const std::vector<Finding> all = inspect({named("train", training), named("test", test)});
    const Finding* f = findingOf(all, "exact duplicates");
    ASSERT_TRUE(f);
    EXPECT_EQ(1, f->count);
    EXPECT_TRUE(contains(f->text, "copy.png")) << f->text;
    EXPECT_EQ(2u, f->images.size());
    f = findingOf(all, "near duplicates across parts");
    ASSERT_TRUE(f);
    EXPECT_TRUE(contains(f->text, "anew.png")) << f->text;
    EXPECT_TRUE(contains(f->text, "train and test")) << f->text;
    f = findingOf(all, "images in several parts");
    ASSERT_TRUE(f);
    EXPECT_EQ(1, f->count);
    f = findingOf(all, "damaged images");
    ASSERT_TRUE(f);
    EXPECT_TRUE(contains(f->text, "damaged.png")) << f->text;

    const String page = datasetPage("the <set>", {named("train", training), named("test", test)}, all);
    EXPECT_TRUE(contains(page, "the &lt;set&gt;"));
    EXPECT_TRUE(contains(page, "near duplicates across parts"));
    EXPECT_TRUE(contains(page, "data:image/jpeg;base64,"));
}

TEST(Anchors, fitIsWhatOneCanWorkOut)
{
    // In the middle of a cell: an anchor of the same size has an IoU of 1, one of four times the area 1/4.
    const Dataset set = listOf({{object(8, 8, 16, 16)}, {object(40, 40, 16, 16)}}, {"cat"});
    AnchorFit fit = rateAnchors(set, Size(320, 240), 32, {16}, {1});
    EXPECT_NEAR(1, fit.meanIoU, 1e-6);
    EXPECT_EQ(1, fit.recall[2]);
    fit = rateAnchors(set, Size(320, 240), 32, {32}, {1});
    EXPECT_NEAR(0.25, fit.meanIoU, 1e-6);
    EXPECT_EQ(0, fit.recall[0]);
    // Half a cell off: the smaller half of both is common, 8 x 16 of 16 x 24.
    EXPECT_NEAR(
        1. / 3,
        rateAnchors(listOf({{object(16, 8, 16, 16)}}, {"cat"}), Size(320, 240), 32, {16}, {1}).meanIoU, 1e-6);
    // On an input of half the size objects are half as large.
    fit = rateAnchors(set, Size(160, 120), 16, {8}, {1});
    EXPECT_NEAR(1, fit.meanIoU, 1e-6);
}

TEST(Anchors, clustersAreFound)
{
    RNG rng(3);
    std::vector<std::vector<Object>> images;
    for (int i = 0; i < 200; i++)
    {
        const float size = (i % 2 ? 20.f : 80.f) * rng.uniform(0.9f, 1.1f), ratio = i / 2 % 2 ? 2.f : 0.5f;
        images.push_back({object(rng.uniform(0.f, 100.f), rng.uniform(0.f, 100.f), size / std::sqrt(ratio),
                                 size * std::sqrt(ratio))});
    }
    const Dataset set = listOf(images, {"cat"});
    const AnchorFit fit = fitAnchors(set, Size(320, 240), 16, 2, 2);
    ASSERT_EQ(2u, fit.sizes.size());
    EXPECT_NEAR(20, fit.sizes[0], 1);
    EXPECT_NEAR(80, fit.sizes[1], 3);
    EXPECT_NEAR(0.5, fit.ratios[0], 0.03);
    EXPECT_NEAR(2, fit.ratios[1], 0.1);
    const AnchorFit other = rateAnchors(set, Size(320, 240), 16, {16, 256}, {1});
    EXPECT_GT(fit.meanIoU, other.meanIoU);
    EXPECT_GT(fit.recall[0], other.recall[0]);
    EXPECT_TRUE(
        contains(errorOf([&] { fitAnchors(listOf({{}}, {"cat"}), Size(320, 240), 16, 2, 2); }), "too few"));
}

} // namespace
} // namespace opencv_test
