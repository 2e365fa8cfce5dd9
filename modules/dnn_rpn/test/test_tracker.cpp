// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_precomp.hpp"
#include "../src/track/assignment.hpp"

#include <map>
#include <set>

namespace opencv_test {
namespace {

//! The greatest sum of gains by trying all assignments of the rows from `row` on.
double bestSum(const Mat& gains, int row, std::vector<bool>& taken)
{
    if (row == gains.rows)
        return 0;
    double best = bestSum(gains, row + 1, taken);
    for (int c = 0; c < gains.cols; c++)
        if (!taken[c])
        {
            taken[c] = true;
            best = std::max(best, gains.at<double>(row, c) + bestSum(gains, row + 1, taken));
            taken[c] = false;
        }
    return best;
}

TEST(DnnRpn_Tracker, assignmentIsTheBestOfAll)
{
    RNG rng(5);
    for (int trial = 0; trial < 300; trial++)
    {
        Mat gains(rng.uniform(0, 6), rng.uniform(0, 6), CV_64F);
        for (int i = 0; i < gains.rows; i++)
            for (int j = 0; j < gains.cols; j++) // ties and forbidden pairs, too
                gains.at<double>(i, j) = std::max(0, rng.uniform(-4, 6)) / 5.;
        const std::vector<int> pairs = assign(gains);
        ASSERT_EQ(static_cast<size_t>(gains.rows), pairs.size());
        std::set<int> used;
        double sum = 0;
        for (int i = 0; i < gains.rows; i++)
            if (pairs[i] >= 0)
            {
                EXPECT_TRUE(used.insert(pairs[i]).second) << "a column is given twice";
                EXPECT_GT(gains.at<double>(i, pairs[i]), 0) << "a forbidden pair";
                sum += gains.at<double>(i, pairs[i]);
            }
        std::vector<bool> taken(gains.cols, false);
        EXPECT_NEAR(bestSum(gains, 0, taken), sum, 1e-9) << gains;
    }
}

std::vector<int> track(Tracker& tracker, const std::vector<float>& numbers, const std::vector<float>& scores,
                       const std::vector<int>& classes = {})
{
    Mat ids;
    tracker.update(numbers.empty() ? Mat(0, 4, CV_32F) : boxes(numbers), scores, classes, ids);
    EXPECT_EQ(CV_32S, ids.type());
    EXPECT_EQ(static_cast<int>(scores.size()), ids.rows);
    return ids.empty() ? std::vector<int>() : std::vector<int>(ids.begin<int>(), ids.end<int>());
}

TEST(DnnRpn_Tracker, literal)
{
    Tracker tracker;
    typedef std::vector<int> Ids;
    EXPECT_EQ(Ids({1, 2}), track(tracker, {0, 0, 10, 20, 50, 0, 60, 20}, {0.9f, 0.9f}));
    EXPECT_EQ(Ids({2, 1}), track(tracker, {51, 0, 61, 20, 1, 0, 11, 20}, {0.9f, 0.9f})) << "in any order";
    EXPECT_EQ(Ids({1, 0}), track(tracker, {2, 0, 12, 20, 90, 90, 99, 99}, {0.9f, 0.9f}))
        << "a new one waits for its second image";
    EXPECT_EQ(Ids({2, 1, 3}),
              track(tracker, {53, 0, 63, 20, 3, 0, 13, 20, 90, 90, 99, 99}, {0.9f, 0.9f, 0.9f}))
        << "one that was away for an image is known again";
    EXPECT_EQ(Ids({2, 0}), track(tracker, {54, 0, 64, 20, 20, 50, 30, 60}, {0.2f, 0.4f}))
        << "low scores go on with tracks, but begin none";
    EXPECT_EQ(Ids({0}), track(tracker, {55, 0, 65, 20}, {0.05f})) << "too low";
    EXPECT_EQ(Ids(), track(tracker, {}, {}));
    EXPECT_EQ(3u, tracker.tracks().size());
    EXPECT_EQ(2, tracker.tracks()[1].missed);
    EXPECT_EQ(4, tracker.tracks()[1].hits);
    tracker.reset();
    EXPECT_EQ(Ids({1}), track(tracker, {55, 0, 65, 20}, {0.9f}));
}

TEST(DnnRpn_Tracker, lowScoresContinueOnlyWhatWasJustFound)
{
    Tracker tracker;
    track(tracker, {0, 0, 10, 20}, {0.9f});
    track(tracker, {}, {});
    EXPECT_EQ(0, track(tracker, {0, 0, 10, 20}, {0.3f})[0]);
    EXPECT_EQ(1, track(tracker, {0, 0, 10, 20}, {0.8f})[0]);
}

TEST(DnnRpn_Tracker, classesAreFollowedApart)
{
    Tracker tracker;
    track(tracker, {0, 0, 10, 20}, {0.9f}, {1});
    EXPECT_EQ(std::vector<int>({0, 1}), track(tracker, {0, 0, 10, 20, 1, 0, 11, 20}, {0.9f, 0.9f}, {2, 1}));
    EXPECT_EQ(std::vector<int>({2, 1}), track(tracker, {0, 0, 10, 20, 1, 0, 11, 20}, {0.9f, 0.9f}, {2, 1}));
    EXPECT_EQ(2, tracker.tracks()[1].label);
}

TEST(DnnRpn_Tracker, endsWhatIsGone)
{
    TrackerParams params;
    params.maxMissed = 2;
    Tracker tracker(params);
    track(tracker, {0, 0, 10, 20}, {0.9f});
    for (int i = 0; i < 2; i++)
        track(tracker, {}, {});
    EXPECT_EQ(1u, tracker.tracks().size());
    EXPECT_EQ(1, track(tracker, {0, 0, 10, 20}, {0.9f})[0]) << "two images without it are within the limit";
    for (int i = 0; i < 3; i++)
        track(tracker, {}, {});
    EXPECT_TRUE(tracker.tracks().empty());
    track(tracker, {0, 0, 10, 20}, {0.9f});
    EXPECT_EQ(2, track(tracker, {0, 0, 10, 20}, {0.9f})[0]) << "a number is not given again";
}

//! An object that bounces within the image; a sine makes it larger and smaller.
struct Mover
{
    double x, y, vx, vy, size;

    Vec4f at(int time) const
    {
        const auto bounce = [](double p, double room) {
            const double q = std::fmod(std::abs(p), 2 * room);
            return q < room ? q : 2 * room - q;
        };
        const double s = size * (1 + 0.2 * std::sin(time / 9.)), cx = bounce(x + vx * time, 640),
                     cy = bounce(y + vy * time, 480);
        return Vec4f(float(cx - s), float(cy - s / 2), float(cx + s), float(cy + s / 2));
    }
};

//! A hundred images of objects in motion, detected with noise, gaps and false alarms.
TEST(DnnRpn_Tracker, followsDrawnMotion)
{
    RNG rng(11);
    std::vector<Mover> movers;
    for (int i = 0; i < 6; i++) // lanes, so that none hides another
        movers.push_back(
            {rng.uniform(0., 640.), 40. + 80 * i, rng.uniform(2., 5.), 0., rng.uniform(20., 30.)});
    Tracker tracker;
    std::map<int, std::set<int>> idsOf;
    int followed = 0, wrong = 0;
    for (int time = 0; time < 100; time++)
    {
        std::vector<Vec4f> found;
        std::vector<float> scores;
        std::vector<int> owner;
        for (size_t m = 0; m < movers.size(); m++)
        {
            if (rng.uniform(0., 1.) < 0.1)
                continue; // overlooked
            Vec4f box = movers[m].at(time);
            for (int k = 0; k < 4; k++)
                box[k] += static_cast<float>(rng.gaussian(1));
            found.push_back(box);
            scores.push_back(rng.uniform(0.f, 1.f) < 0.2f ? 0.3f : 0.9f);
            owner.push_back(static_cast<int>(m));
        }
        if (rng.uniform(0., 1.) < 0.5)
        {
            const float x = rng.uniform(0.f, 600.f), y = rng.uniform(0.f, 440.f);
            found.push_back(Vec4f(x, y, x + 9, y + 9));
            scores.push_back(0.8f);
            owner.push_back(-1);
        }
        std::vector<int> ids;
        tracker.update(found, scores, noArray(), ids);
        for (size_t i = 0; i < ids.size(); i++)
            if (ids[i] > 0 && owner[i] >= 0)
            {
                idsOf[owner[i]].insert(ids[i]);
                followed++;
            }
            else if (ids[i] > 0)
                wrong++;
    }
    for (const auto& ids : idsOf)
        EXPECT_EQ(1u, ids.second.size()) << "object " << ids.first << " changed its number";
    EXPECT_EQ(6u, idsOf.size());
    EXPECT_GT(followed, 500);
    EXPECT_LE(wrong, 1);
}

//! Without the filter's velocity the boxes would not overlap any more after the gap.
TEST(DnnRpn_Tracker, predictsThroughAGap)
{
    TrackerParams params;
    params.maxMissed = 10;
    Tracker tracker(params);
    const auto at = [](int time) { return Vec4f(4.f * time, 100, 4.f * time + 30, 160); };
    std::vector<int> ids;
    for (int time = 0; time < 20; time++)
        tracker.update(std::vector<Vec4f>{at(time)}, std::vector<float>{0.9f}, noArray(), ids);
    for (int time = 20; time < 30; time++)
        tracker.update(noArray(), noArray(), noArray(), ids);
    const Rect2d predicted = tracker.tracks().at(0).box;
    EXPECT_NEAR(4 * 29, predicted.x, 4);
    EXPECT_NEAR(60, predicted.height, 2);
    tracker.update(std::vector<Vec4f>{at(30)}, std::vector<float>{0.9f}, noArray(), ids);
    EXPECT_EQ(std::vector<int>({1}), ids);
}

TEST(DnnRpn_Tracker, refusesWrongArguments)
{
    TrackerParams params;
    params.lowScore = 0.6f;
    EXPECT_ERROR("lowScore must be in 0..0.5, not 0.6", Tracker{params});
    params = TrackerParams();
    params.minIoU = 0;
    EXPECT_ERROR("minIoU must be above 0", Tracker{params});
    params = TrackerParams();
    params.minHits = 0;
    EXPECT_ERROR("minHits must be at least 1", Tracker{params});
    Tracker tracker;
    Mat ids;
    EXPECT_ERROR("scores must have 1 elements",
                 tracker.update(boxes({0, 0, 1, 1}), noArray(), noArray(), ids));
    EXPECT_ERROR("must be finite", tracker.update(boxes({0, 0, nan, 1}), floats({1}, 1), noArray(), ids));
    EXPECT_EQ(std::vector<int>({0, 0}), track(tracker, {5, 5, 5, 9, 0, 0, 3, 3}, {0.9f, nan}));
}

} // namespace
} // namespace opencv_test
