// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "opencv2/dnn_rpn_train/dataset.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "look.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! Images that stay together, and how many objects of each class they have; the last count is of the images.
struct Group
{
    std::vector<int> images;
    std::vector<double> counts;
};

std::vector<Group> groupImages(const Dataset& set, int seed)
{
    const int count = static_cast<int>(set.images.size());
    std::vector<uint64> looks(set.images.size());
    parallel_for_(Range(0, count), [&](const Range& range) {
        for (int i = range.start; i < range.end; i++)
            looks[i] = lookOf(set.images[i].path, static_cast<uint64>(i));
    });
    std::map<uint64, size_t> known;
    std::vector<Group> groups;
    for (int i = 0; i < count; i++)
    {
        const auto added = known.emplace(looks[i], groups.size());
        if (added.second)
            groups.push_back({{}, std::vector<double>(set.classes.size() + 1, 0.)});
        Group& group = groups[added.first->second];
        group.images.push_back(i);
        group.counts.back()++;
        for (const Object& o : set.images[i].objects)
            if (!o.ignored)
                group.counts[o.label - 1]++;
    }
    RNG rng(static_cast<uint64>(static_cast<unsigned>(seed)) + 1);
    rng.next();
    for (size_t i = groups.size(); i > 1; i--)
        std::swap(groups[i - 1], groups[rng.uniform(0, static_cast<int>(i))]);
    return groups;
}

/** @brief Deals groups class by class, the rarest first, each group to the part that lacks most of the class.
(Sechidis, Tsoumakas, Vlahavas 2011: iterative stratification.) Images without objects come last.
@return the part of each group */
std::vector<int> deal(const std::vector<Group>& groups, const std::vector<double>& shares)
{
    const size_t kinds = groups[0].counts.size();
    std::vector<double> total(kinds, 0.);
    for (const Group& group : groups)
        for (size_t k = 0; k < kinds; k++)
            total[k] += group.counts[k];
    std::vector<size_t> order(kinds - 1);
    std::iota(order.begin(), order.end(), size_t(0));
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return total[a] < total[b]; });
    order.push_back(kinds - 1);
    std::vector<std::vector<double>> wanted(shares.size(), total);
    for (size_t p = 0; p < shares.size(); p++)
        for (double& w : wanted[p])
            w *= shares[p];
    std::vector<int> part(groups.size(), -1);
    for (size_t k : order)
        for (size_t g = 0; g < groups.size(); g++)
        {
            if (part[g] >= 0 || groups[g].counts[k] == 0)
                continue;
            size_t best = 0;
            for (size_t p = 1; p < shares.size(); p++)
                if (std::make_pair(wanted[p][k], wanted[p].back()) >
                    std::make_pair(wanted[best][k], wanted[best].back()))
                    best = p;
            part[g] = static_cast<int>(best);
            for (size_t i = 0; i < kinds; i++)
                wanted[best][i] -= groups[g].counts[i];
        }
    return part;
}

} // namespace

std::vector<Dataset> splitDataset(const Dataset& dataset, const std::vector<double>& shares, int seed)
{
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.);
    for (double share : shares)
        if (!(share > 0))
            CV_Error_(Error::StsBadArg, ("a share of a data set is %g, not above 0", share));
    if (dataset.images.empty() || shares.empty())
        CV_Error(Error::StsBadArg, "a data set is to be split that has no images, or into no parts");
    std::vector<double> parts = shares;
    for (double& share : parts)
        share /= sum;
    const std::vector<Group> groups = groupImages(dataset, seed);
    const std::vector<int> part = deal(groups, parts);
    std::vector<int> partOfImage(dataset.images.size());
    for (size_t g = 0; g < groups.size(); g++)
        for (int image : groups[g].images)
            partOfImage[image] = part[g];

    std::vector<Dataset> sets(shares.size(), dataset);
    for (size_t p = 0; p < sets.size(); p++)
    {
        sets[p].images.clear();
        sets[p].remarks.clear();
        for (size_t i = 0; i < partOfImage.size(); i++)
            if (partOfImage[i] == static_cast<int>(p))
                sets[p].images.push_back(dataset.images[i]);
        if (sets[p].images.empty())
            CV_Error_(Error::StsBadArg,
                      ("%d images that look different cannot be split into %d parts of which one is "
                       "%g of all: that part would be empty",
                       static_cast<int>(groups.size()), static_cast<int>(shares.size()), parts[p]));
    }
    return sets;
}

} // namespace dnn_rpn_train
} // namespace cv
