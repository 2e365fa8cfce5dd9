// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include <random>
#include "box.hpp"
#include "check.hpp"
#include "units.hpp"
#include "validate.hpp"

namespace cv {
namespace dnn_rpn {

AnchorLevel::AnchorLevel() : stride(16), offset(0.5f) {}

AnchorLevel::AnchorLevel(int stride_, const std::vector<float>& sizes, const std::vector<float>& ratios,
                         float offset_)
    : stride(stride_), offset(offset_)
{
    checkPositive(stride, "stride");
    for (float size : sizes)
    {
        checkPositive(size, "each of sizes");
        for (float ratio : ratios)
        {
            checkPositive(ratio, "each of ratios");
            const double root = std::sqrt(static_cast<double>(ratio));
            widths.push_back(static_cast<float>(size / root));
            heights.push_back(static_cast<float>(size * root));
        }
    }
}

int checkLevel(const AnchorLevel& level, Size featureSize)
{
    checkPositive(level.stride, "stride");
    if (!(std::abs(level.offset) <= FLT_MAX))
        CV_Error_(Error::StsOutOfRange, ("offset must be finite, not %g", level.offset));
    if (level.widths.empty() || level.widths.size() != level.heights.size())
        CV_Error_(Error::StsUnmatchedSizes,
                  ("a level needs as many widths as heights and at least one, not %d and %d",
                   static_cast<int>(level.widths.size()), static_cast<int>(level.heights.size())));
    for (size_t i = 0; i < level.widths.size(); i++)
    {
        checkPositive(level.widths[i], "each of widths");
        checkPositive(level.heights[i], "each of heights");
    }
    if (featureSize.width < 0 || featureSize.height < 0)
        CV_Error_(Error::StsOutOfRange, ("featureSize must not be negative, but is %d x %d",
                                         featureSize.width, featureSize.height));
    const double count = static_cast<double>(featureSize.width) * featureSize.height * level.count();
    if (count > INT_MAX)
        CV_Error_(Error::StsOutOfRange, ("%d x %d cells with %d anchors each are too many", featureSize.width,
                                         featureSize.height, level.count()));
    return static_cast<int>(count);
}

//! One row of cells. Box by box: the output may be part of a wider matrix.
static void writeAnchors(const AnchorLevel& level, int row, int columns, Mat& out, int first)
{
    const float y = (row + level.offset) * level.stride;
    const int shapes = level.count();
    for (int column = 0, k = first; column < columns; column++)
    {
        const float x = (column + level.offset) * level.stride;
        for (int a = 0; a < shapes; a++, k++)
        {
            float* box = out.ptr<float>(k);
            const float halfWidth = 0.5f * level.widths[a], halfHeight = 0.5f * level.heights[a];
            box[0] = x - halfWidth;
            box[1] = y - halfHeight;
            box[2] = x + halfWidth;
            box[3] = y + halfHeight;
        }
    }
}

void generateAnchors(const AnchorLevel& level, Size featureSize, OutputArray anchors)
{
    std::vector<int> levelCounts;
    generateAnchors(std::vector<AnchorLevel>(1, level), std::vector<Size>(1, featureSize), anchors,
                    levelCounts);
}

void generateAnchors(const std::vector<AnchorLevel>& levels, const std::vector<Size>& featureSizes,
                     OutputArray anchors, std::vector<int>& levelCounts)
{
    if (levels.size() != featureSizes.size())
        CV_Error_(Error::StsUnmatchedSizes,
                  ("%d levels, but %d featureSizes", static_cast<int>(levels.size()),
                   static_cast<int>(featureSizes.size())));
    std::vector<int> counts;
    double total = 0;
    for (size_t i = 0; i < levels.size(); i++)
    {
        counts.push_back(checkLevel(levels[i], featureSizes[i]));
        total += counts.back();
    }
    if (total > INT_MAX)
        CV_Error_(Error::StsOutOfRange, ("%.0f anchors are too many", total));

    anchors.create(static_cast<int>(total), 4, CV_32F);
    Mat out = anchors.getMat();
    int first = 0;
    for (size_t i = 0; i < levels.size(); i++)
    {
        const Size size = featureSizes[i];
        forEachUnit(counts[i] > 0 ? size.height : 0, [&](int, int row) {
            writeAnchors(levels[i], row, size.width, out, first + row * size.width * levels[i].count());
        });
        first += counts[i];
    }
    levelCounts.swap(counts);
}

AnchorFit::AnchorFit() : meanIoU(0), coverage(0) {}

namespace {

struct Shape
{
    double width, height;
};

double shapeIoU(const Shape& a, const Shape& b)
{
    const double common = std::min(a.width, b.width) * std::min(a.height, b.height);
    return common / (a.width * a.height + b.width * b.height - common);
}

//! The best shape of each object; of equally good ones the first.
struct Assignment
{
    Assignment(const std::vector<Shape>& objects, const std::vector<Shape>& shapes)
        : nearest(objects.size()), overlaps(objects.size())
    {
        const int count = static_cast<int>(objects.size()), together = 1024;
        forEachUnit((count + together - 1) / together, [&](int, int unit) {
            for (int i = unit * together; i < std::min(count, (unit + 1) * together); i++)
                for (size_t j = 0; j < shapes.size(); j++)
                {
                    const double overlap = shapeIoU(objects[i], shapes[j]);
                    if (j > 0 && !(overlap > overlaps[i]))
                        continue;
                    overlaps[i] = overlap;
                    nearest[i] = static_cast<int>(j);
                }
        });
    }

    double meanIoU() const
    {
        double sum = 0;
        for (double overlap : overlaps)
            sum += overlap;
        return sum / overlaps.size();
    }

    std::vector<int> nearest;
    std::vector<double> overlaps;
};

//! The start of k-means++: at most count different shapes. Standard distributions differ between
//! libraries, so the numbers are drawn here.
std::vector<Shape> chooseShapes(const std::vector<Shape>& objects, int count, int seed)
{
    std::mt19937 random(static_cast<uint32_t>(seed));
    const auto uniform = [&random] { return random() / 4294967296.; }; // 0 <= u < 1
    std::vector<Shape> shapes(1, objects[static_cast<size_t>(uniform() * objects.size())]);
    std::vector<double> distances(objects.size(), 1.);
    while (static_cast<int>(shapes.size()) < count)
    {
        double total = 0;
        for (size_t i = 0; i < objects.size(); i++)
        {
            distances[i] = std::min(distances[i], 1 - shapeIoU(objects[i], shapes.back()));
            total += distances[i];
        }
        if (!(total > 0)) // every object's shape is there
            break;
        const double draw = uniform() * total;
        double sum = 0;
        size_t chosen = 0; // the last one of some distance, should rounding leave the sum below the draw
        for (size_t i = 0; i < objects.size() && (i == 0 || sum <= draw); i++)
        {
            sum += distances[i];
            if (distances[i] > 0)
                chosen = i;
        }
        shapes.push_back(objects[chosen]);
    }
    return shapes;
}

//! Each shape becomes the mean of its objects; one without objects stays.
void moveToMeans(const std::vector<Shape>& objects, const std::vector<int>& nearest,
                 std::vector<Shape>& shapes)
{
    std::vector<Shape> sums(shapes.size(), Shape{0, 0});
    std::vector<int> members(shapes.size(), 0);
    for (size_t i = 0; i < objects.size(); i++)
    {
        sums[nearest[i]].width += objects[i].width;
        sums[nearest[i]].height += objects[i].height;
        ++members[nearest[i]];
    }
    for (size_t j = 0; j < shapes.size(); j++)
        if (members[j] > 0)
            shapes[j] = Shape{sums[j].width / members[j], sums[j].height / members[j]};
}

} // namespace

AnchorFit fitAnchors(InputArray boxes_, int count, double minIoU, int seed)
{
    const Mat boxes = boxesArgument(boxes_, "boxes");
    if (boxes.rows == 0)
        CV_Error(Error::StsBadArg, "boxes must have at least one row, but is empty");
    checkPositive(count, "count");
    checkRange(minIoU, 0, 1, "minIoU");
    std::vector<Shape> objects;
    for (int i = 0; i < boxes.rows; i++)
    {
        const float* box = boxes.ptr<float>(i);
        checkExtent(box, "boxes", i);
        const float width = box[2] - box[0], height = box[3] - box[1]; // corners of 3e38 overflow
        checkPositive(width, "each width of boxes");
        checkPositive(height, "each height of boxes");
        objects.push_back(Shape{width, height});
    }

    const int maxSteps = 300; // some tens are common
    std::vector<Shape> shapes = chooseShapes(objects, count, seed), best = shapes;
    std::vector<int> previous;
    double bestIoU = -1;
    for (int step = 0; step < maxSteps; step++)
    {
        Assignment assignment(objects, shapes);
        const double iou = assignment.meanIoU();
        if (iou > bestIoU)
        {
            bestIoU = iou;
            best = shapes;
        }
        if (assignment.nearest == previous)
            break;
        moveToMeans(objects, assignment.nearest, shapes);
        previous.swap(assignment.nearest);
    }

    std::sort(best.begin(), best.end(), [](const Shape& a, const Shape& b) {
        const double areaOfA = a.width * a.height, areaOfB = b.width * b.height;
        return areaOfA < areaOfB || (areaOfA == areaOfB && a.width < b.width);
    });
    AnchorFit fit;
    for (Shape& shape : best)
    {
        fit.widths.push_back(static_cast<float>(shape.width));
        fit.heights.push_back(static_cast<float>(shape.height));
        shape = Shape{fit.widths.back(), fit.heights.back()}; // measured is what is returned
    }
    const Assignment reached(objects, best);
    fit.meanIoU = reached.meanIoU();
    fit.coverage = static_cast<double>(std::count_if(reached.overlaps.begin(), reached.overlaps.end(),
                                                     [minIoU](double iou) { return iou >= minIoU; })) /
                   objects.size();
    return fit;
}

} // namespace dnn_rpn
} // namespace cv
