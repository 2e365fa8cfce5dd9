// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "opencv2/dnn_rpn_train/recipe.hpp"
#include "../params/number_text.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! What a recipe affords. doc/guide.md has the table.
struct Budget
{
    double pixels; //!< of the input
    double images; //!< of that size that are trained on, all epochs together
    int fewestEpochs, mostEpochs;
    const char *augment, *why; //!< why: of the augmentation
    double cleanEnd;
};

const Budget& budgetOf(Recipe recipe)
{
    static const Budget budgets[] = {
        {320 * 256, 5000, 4, 60, "flip", "a short training has no time for variety", 0},
        {416 * 320, 13000, 8, 100, "light", "images come many times", 0.2},
        {640 * 480, 25000, 16, 300, "strong", "images come very often", 0.2},
    };
    return budgets[recipe];
}

double quantile(std::vector<double> values, double share)
{
    const auto place = values.begin() + static_cast<std::ptrdiff_t>(share * (values.size() - 1));
    std::nth_element(values.begin(), place, values.end());
    return *place;
}

//! What the choice of a size depends on.
struct Measures
{
    Size image; //!< median width and height
    double object =
        0; //!< a tenth is smaller: square root of the area as a share of the image's; 0: no object

    explicit Measures(const Dataset& dataset)
    {
        std::vector<double> widths, heights, objects;
        for (const AnnotatedImage& one : dataset.images)
        {
            if (one.size.area() == 0)
                CV_Error_(Error::StsBadArg, ("the size of '%s' is not known", one.path.c_str()));
            widths.push_back(one.size.width);
            heights.push_back(one.size.height);
            for (const Object& o : one.objects)
                if (!o.ignored)
                    objects.push_back(
                        std::sqrt(double(o.box[2] - o.box[0]) * (o.box[3] - o.box[1]) / one.size.area()));
        }
        image = Size(cvRound(quantile(widths, 0.5)), cvRound(quantile(heights, 0.5)));
        if (!objects.empty())
            object = quantile(objects, 0.05);
    }
};

const int cell = 32; //!< sides are multiples of it, so that every level has whole cells

int multipleOf(double length)
{
    return std::max(cell, cvRound(length / cell) * cell);
}

RecipeChoice chooseSize(const Budget& budget, const Measures& measures)
{
    const double smallest = 16, most = 1.6, own = std::sqrt(static_cast<double>(measures.image.area()));
    double side = std::sqrt(budget.pixels);
    const double found = measures.object * side;
    const bool enlarge = found > 0 && found < smallest && side < own;
    if (enlarge)
        side *= std::min(smallest / found, most);
    side = std::min(side, own);
    const double shape = std::sqrt(static_cast<double>(measures.image.width) / measures.image.height);
    const Size size(multipleOf(side * shape), multipleOf(side / shape));
    String reason = format("images are %dx%d", measures.image.width, measures.image.height);
    if (found > 0)
        reason += format(", one in twenty objects is smaller than %.0f pixels there",
                         measures.object * std::sqrt(static_cast<double>(size.area())));
    return {"size", format("%dx%d", size.width, size.height), reason};
}

RecipeChoice chooseEpochs(const Budget& budget, int images, Size size)
{
    const double affordable = budget.images * budget.pixels / size.area();
    const int epochs =
        std::max(budget.fewestEpochs, std::min(budget.mostEpochs, cvRound(affordable / images)));
    return {"epochs", std::to_string(epochs),
            format("%d images, of which some %d are trained on", images, epochs * images)};
}

//! The average looks back over an eighth of the training, and over ten steps to five thousand.
RecipeChoice chooseAverage(int64 steps)
{
    const double decay = std::max(0.9, std::min(1 - 8. / std::max<int64>(steps, 1), 0.9998));
    return {"ema", format("%.4g", decay), format("%lld steps", static_cast<long long>(steps))};
}

} // namespace

std::vector<RecipeChoice> applyRecipe(Recipe recipe, const Dataset& dataset, const std::vector<String>& given,
                                      TrainParams& params)
{
    if (dataset.images.empty())
        CV_Error(Error::StsBadArg, "a recipe wants images to follow");
    const Budget& budget = budgetOf(recipe);
    const Measures measures(dataset);
    const int images = static_cast<int>(dataset.images.size());
    std::vector<RecipeChoice> choices;
    auto choose = [&](const RecipeChoice& choice) {
        if (std::find(given.begin(), given.end(), choice.parameter) != given.end())
            return;
        params.set(choice.parameter, choice.value);
        choices.push_back(choice);
    };
    choose(chooseSize(budget, measures));
    choose(chooseEpochs(budget, images, params.size));
    choose({"schedule", "cosine", "ends with small steps"});
    choose(chooseAverage(static_cast<int64>(params.epochs) * (images / std::max(1, params.batch))));
    // A preset sets all that single parameters of augmentation would; those that were given stay.
    std::vector<std::pair<String, String>> own;
    for (const ParameterInfo& p : TrainParams::parameters())
        if (p.group == "augmentation" && std::find(given.begin(), given.end(), p.name) != given.end())
            own.emplace_back(p.name, params.get(p.name));
    choose({"augment", budget.augment, budget.why});
    if (budget.cleanEnd > 0)
        choose({"clean_end", numberText(budget.cleanEnd), "in use images are not varied"});
    for (const auto& parameter : own)
        if (parameter.first != "augment")
            params.set(parameter.first, parameter.second);
    return choices;
}

std::vector<String> recipeParameters()
{
    return {"size", "epochs", "schedule", "ema", "augment", "clean_end"};
}

} // namespace dnn_rpn_train

namespace dnn_rpn {

using namespace dnn_rpn_train;

template<>
const std::vector<KindRow<Recipe>>& kindRows<Recipe>()
{
    static const std::vector<KindRow<Recipe>> rows{
        {RECIPE_QUICK, "quick", "minutes on two cores; to see whether it works"},
        {RECIPE_BALANCED, "balanced", "ten minutes or so for a few hundred images"},
        {RECIPE_BEST, "best", "an hour or more"},
    };
    return rows;
}

} // namespace dnn_rpn
} // namespace cv
