// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "opencv2/dnn_rpn_train/inspect.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! An object's box on the network's input.
struct Extent
{
    double width, height;
    double dx, dy; //!< from the centre of the nearest cell
};

std::vector<Extent> extentsOf(const Dataset& dataset, Size size, int cell)
{
    std::vector<Extent> all;
    const auto offset = [cell](double centre, int side) {
        const double last = std::max(0, side / cell - 1), at = std::floor(centre / cell);
        return centre - (std::min(std::max(at, 0.), last) + 0.5) * cell;
    };
    for (const AnnotatedImage& image : dataset.images)
        for (const Object& object : image.objects)
        {
            if (object.ignored || image.size.area() <= 0)
                continue;
            const double fx = static_cast<double>(size.width) / image.size.width,
                         fy = static_cast<double>(size.height) / image.size.height;
            const Vec4f& b = object.box;
            all.push_back({(b[2] - b[0]) * fx, (b[3] - b[1]) * fy, offset((b[0] + b[2]) / 2 * fx, size.width),
                           offset((b[1] + b[3]) / 2 * fy, size.height)});
        }
    return all;
}

//! What two intervals have in common whose centres are so far apart.
double common(double a, double b, double apart)
{
    return std::max(0., std::min({a, b, (a + b) / 2 - std::abs(apart)}));
}

double iou(const Extent& e, double width, double height, bool centred)
{
    const double inner =
        common(e.width, width, centred ? 0 : e.dx) * common(e.height, height, centred ? 0 : e.dy);
    return inner / (e.width * e.height + width * height - inner);
}

//! A size and a ratio as width and height.
Vec2d sidesOf(double size, double ratio)
{
    return Vec2d(size / std::sqrt(ratio), size * std::sqrt(ratio));
}

//! The anchor that fits best: index of its size and of its ratio, and the IoU.
struct Best
{
    size_t size = 0, ratio = 0;
    double iou = -1;
};

Best bestOf(const Extent& e, const std::vector<float>& sizes, const std::vector<float>& ratios, bool centred)
{
    Best best;
    for (size_t s = 0; s < sizes.size(); s++)
        for (size_t r = 0; r < ratios.size(); r++)
        {
            const Vec2d sides = sidesOf(sizes[s], ratios[r]);
            const double overlap = iou(e, sides[0], sides[1], centred);
            if (overlap > best.iou)
                best = {s, r, overlap};
        }
    return best;
}

AnchorFit rate(const std::vector<Extent>& extents, const std::vector<float>& sizes,
               const std::vector<float>& ratios)
{
    AnchorFit fit;
    fit.sizes = sizes;
    fit.ratios = ratios;
    fit.recall.assign(3, 0.);
    for (const Extent& e : extents)
    {
        const double overlap = bestOf(e, sizes, ratios, false).iou;
        fit.meanIoU += overlap / extents.size();
        for (int i = 0; i < 3; i++)
            fit.recall[i] += (overlap >= 0.5 + 0.1 * i) / static_cast<double>(extents.size());
    }
    return fit;
}

//! So many values that share out a list evenly: where the clusters begin.
std::vector<float> quantiles(std::vector<double> values, int count)
{
    std::sort(values.begin(), values.end());
    std::vector<float> found;
    for (int i = 0; i < count; i++)
        found.push_back(static_cast<float>(values[(2 * i + 1) * values.size() / (2 * count)]));
    return found;
}

//! The geometric mean of each cluster's values; what is empty stays.
class Means
{
public:
    explicit Means(std::vector<float>& centres_)
        : centres(centres_), sums(centres_.size(), 0.), counts(centres_.size(), 0)
    {}
    void add(size_t cluster, double value)
    {
        sums[cluster] += std::log(value);
        counts[cluster]++;
    }
    //! False if nothing has changed.
    bool apply()
    {
        bool changed = false;
        for (size_t i = 0; i < centres.size(); i++)
            if (counts[i] > 0)
            {
                const auto mean = static_cast<float>(std::exp(sums[i] / counts[i]));
                changed = changed || std::abs(mean - centres[i]) > 1e-4f * mean;
                centres[i] = mean;
            }
        return changed;
    }

private:
    std::vector<float>& centres;
    std::vector<double> sums;
    std::vector<int> counts;
};

} // namespace

AnchorFit rateAnchors(const Dataset& dataset, Size size, int cell, const std::vector<float>& sizes,
                      const std::vector<float>& ratios)
{
    CV_CheckGT(cell, 0, "a cell has at least one pixel");
    return rate(extentsOf(dataset, size, cell), sizes, ratios);
}

AnchorFit fitAnchors(const Dataset& dataset, Size size, int cell, int sizeCount, int ratioCount)
{
    CV_CheckGT(cell, 0, "a cell has at least one pixel");
    CV_CheckGT(sizeCount, 0, "at least one size is wanted");
    CV_CheckGT(ratioCount, 0, "at least one ratio is wanted");
    const std::vector<Extent> extents = extentsOf(dataset, size, cell);
    if (static_cast<int>(extents.size()) < sizeCount * ratioCount)
        CV_Error_(Error::StsBadArg, ("%d objects are too few to fit %d sizes and %d ratios of anchors to",
                                     static_cast<int>(extents.size()), sizeCount, ratioCount));
    std::vector<double> roots, shapes;
    for (const Extent& e : extents)
    {
        roots.push_back(std::sqrt(e.width * e.height));
        shapes.push_back(e.height / e.width);
    }
    std::vector<float> sizes = quantiles(roots, sizeCount), ratios = quantiles(shapes, ratioCount);
    bool changed = true;
    for (int round = 0; round < 100 && changed; round++)
    {
        Means newSizes(sizes), newRatios(ratios);
        for (size_t i = 0; i < extents.size(); i++)
        {
            const Best best = bestOf(extents[i], sizes, ratios, true);
            newSizes.add(best.size, roots[i]);
            newRatios.add(best.ratio, shapes[i]);
        }
        changed = newSizes.apply();
        changed = newRatios.apply() || changed;
    }
    std::sort(sizes.begin(), sizes.end());
    std::sort(ratios.begin(), ratios.end());
    return rate(extents, sizes, ratios);
}

} // namespace dnn_rpn_train
} // namespace cv
