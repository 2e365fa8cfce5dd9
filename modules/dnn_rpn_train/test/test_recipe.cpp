// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_precomp.hpp"
#include "scratch.hpp"
#include "opencv2/dnn_rpn_train/recipe.hpp"

namespace opencv_test {
namespace {

//! So many images of that size, each with a square object.
Dataset squares(int count, Size size, float side)
{
    Dataset set;
    set.images.resize(count);
    for (AnnotatedImage& image : set.images)
    {
        image.size = size;
        image.objects.resize(1);
        image.objects[0].box = Vec4f(1, 1, 1 + side, 1 + side);
    }
    return set;
}

TrainParams follow(Recipe recipe, const Dataset& set, const std::vector<String>& given = {})
{
    TrainParams params;
    applyRecipe(recipe, set, given, params);
    return params;
}

TEST(Recipe, theInputHasTheImagesShape)
{
    EXPECT_EQ(Size(416, 320), follow(RECIPE_BALANCED, squares(100, Size(640, 480), 100)).size);
    EXPECT_EQ(Size(320, 416), follow(RECIPE_BALANCED, squares(100, Size(1200, 1600), 300)).size);
    EXPECT_EQ(Size(320, 256), follow(RECIPE_QUICK, squares(100, Size(640, 480), 100)).size);
    EXPECT_EQ(Size(640, 480), follow(RECIPE_BEST, squares(100, Size(2560, 1920), 400)).size);
    // Nothing is gained by enlarging.
    EXPECT_EQ(Size(96, 96), follow(RECIPE_BEST, squares(100, Size(100, 100), 20)).size);
    EXPECT_EQ(Size(32, 32), follow(RECIPE_BEST, squares(100, Size(8, 8), 4)).size);
    Size extreme = follow(RECIPE_BALANCED, squares(100, Size(4000, 100), 50)).size;
    EXPECT_GE(extreme.width, 10 * extreme.height);
}

TEST(Recipe, smallObjectsGetMorePixels)
{
    const Size usual = follow(RECIPE_BALANCED, squares(100, Size(2000, 2000), 200)).size;
    const Size small = follow(RECIPE_BALANCED, squares(100, Size(2000, 2000), 70)).size;
    const Size tiny = follow(RECIPE_BALANCED, squares(100, Size(2000, 2000), 2)).size;
    EXPECT_GT(small.area(), usual.area());
    EXPECT_GE(tiny.area(), small.area());
    EXPECT_LE(tiny.width, 1.7 * usual.width); // and no more than that
}

TEST(Recipe, epochsFollowFromTheNumberOfImages)
{
    const Size size(640, 480);
    const TrainParams few = follow(RECIPE_BALANCED, squares(20, size, 100)),
                      some = follow(RECIPE_BALANCED, squares(300, size, 100)),
                      many = follow(RECIPE_BALANCED, squares(50000, size, 100));
    EXPECT_EQ(100, few.epochs);
    EXPECT_EQ(43, some.epochs);
    EXPECT_EQ(8, many.epochs);
    EXPECT_LT(few.ema, some.ema);
    EXPECT_LT(some.ema, many.ema);
    EXPECT_EQ(SCHEDULE_COSINE, some.schedule);
    EXPECT_GT(follow(RECIPE_BEST, squares(300, size, 100)).epochs, some.epochs);
    EXPECT_LT(follow(RECIPE_QUICK, squares(300, size, 100)).epochs, some.epochs);
}

TEST(Recipe, whatIsGivenStays)
{
    TrainParams params;
    params.set("size", "64x48");
    params.set("mosaic", "0.1");
    params.set("epochs", "3");
    const auto choices =
        applyRecipe(RECIPE_BALANCED, squares(100, Size(640, 480), 100), {"size", "mosaic", "epochs"}, params);
    EXPECT_EQ(Size(64, 48), params.size);
    EXPECT_EQ(3, params.epochs);
    EXPECT_EQ(0.1, params.augment.mosaic);
    EXPECT_EQ(1, params.augment.zoom); // the preset's
    std::vector<String> names;
    for (const RecipeChoice& choice : choices)
    {
        EXPECT_EQ(choice.parameter == "augment" ? "custom" : choice.value, params.get(choice.parameter));
        EXPECT_FALSE(choice.reason.empty());
        names.push_back(choice.parameter);
    }
    EXPECT_EQ(std::vector<String>({"schedule", "ema", "augment", "clean_end"}), names);
    for (const String& name : recipeParameters())
        EXPECT_NO_THROW(params.get(name)) << name;
}

TEST(Recipe, errors)
{
    TrainParams params;
    EXPECT_TRUE(contains(errorOf([&] { applyRecipe(RECIPE_QUICK, Dataset(), {}, params); }),
                         "a recipe wants images"));
    Dataset unknown = squares(1, Size(), 3);
    unknown.images[0].path = "a.png";
    EXPECT_TRUE(contains(errorOf([&] { applyRecipe(RECIPE_QUICK, unknown, {}, params); }),
                         "the size of 'a.png' is not known"));
}

} // namespace
} // namespace opencv_test
