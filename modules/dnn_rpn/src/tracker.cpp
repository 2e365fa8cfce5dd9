// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include "box.hpp"
#include "check.hpp"
#include "track/assignment.hpp"
#include "track/motion.hpp"

namespace cv {
namespace dnn_rpn {

TrackerParams::TrackerParams()
    : highScore(0.5f), lowScore(0.1f), newScore(0.5f), minIoU(0.2f), minIoULow(0.5f), minHits(2),
      maxMissed(30)
{}

Track::Track() : id(0), label(0), score(0), hits(0), missed(0) {}

namespace {

//! A detection that takes part, by its place among those of the image.
struct Found
{
    int index;
    Vec4f box;
    float score;
    int label;
};

struct Followed
{
    explicit Followed(const Found& first) : motion(first.box)
    {
        track.label = first.label;
        track.score = first.score;
        track.hits = 1;
    }

    Track track; //!< without a number until it was found often enough
    BoxMotion motion;
};

TrackerParams checked(const TrackerParams& p)
{
    checkRange(p.highScore, 0, 1, "highScore");
    checkRange(p.lowScore, 0, p.highScore, "lowScore");
    checkRange(p.newScore, p.highScore, 1, "newScore");
    checkPositive(p.minIoU, "minIoU");
    checkPositive(p.minIoULow, "minIoULow");
    checkRange(p.minIoU, 0, 1, "minIoU");
    checkRange(p.minIoULow, 0, 1, "minIoULow");
    if (p.minHits < 1 || p.maxMissed < 0)
        CV_Error_(Error::StsOutOfRange, ("minHits must be at least 1 and maxMissed at least 0, not %d and %d",
                                         p.minHits, p.maxMissed));
    return p;
}

} // namespace

struct Tracker::Impl
{
    explicit Impl(const TrackerParams& params_) : params(checked(params_)) {}

    void update(const std::vector<Found>& found, Mat& ids)
    {
        for (Followed& f : all)
            f.motion.predict(f.track.missed == 0);
        std::vector<Found> high, low;
        for (const Found& f : found)
            (f.score >= params.highScore ? high : low).push_back(f);

        std::vector<Followed*> open, fresh;
        for (Followed& f : all)
            (f.track.id > 0 ? open : fresh).push_back(&f);
        pair(open, high, params.minIoU, ids);
        std::vector<Followed*> recent;
        for (Followed* f : open)
            if (f->track.missed == 0)
                recent.push_back(f);
        pair(recent, low, params.minIoULow, ids);
        pair(fresh, high, params.minIoU, ids);

        endAndMiss();
        for (const Found& f : high)
            if (f.score >= params.newScore)
                begin(f, ids);
        first = false;
    }

    const TrackerParams params;
    std::vector<Followed> all;
    int lastId = 0;

private:
    //! Gives detections to tracks; those that were given away are no longer in either list.
    void pair(std::vector<Followed*>& tracks, std::vector<Found>& found, float minIoU, Mat& ids)
    {
        Mat gains(static_cast<int>(tracks.size()), static_cast<int>(found.size()), CV_64F, Scalar(0));
        for (int t = 0; t < gains.rows; t++)
        {
            const Vec4f predicted = tracks[t]->motion.box();
            for (int d = 0; d < gains.cols; d++)
            {
                const float iou = overlapOf(predicted.val, boxArea(predicted.val), found[d].box.val,
                                            boxArea(found[d].box.val));
                if (tracks[t]->track.label == found[d].label && iou >= minIoU)
                    gains.at<double>(t, d) = iou;
            }
        }
        const std::vector<int> pairs = assign(gains);
        std::vector<bool> given(found.size(), false);
        std::vector<Followed*> leftTracks;
        for (size_t t = 0; t < tracks.size(); t++)
            if (pairs[t] < 0)
                leftTracks.push_back(tracks[t]);
            else
            {
                given[pairs[t]] = true;
                continueWith(*tracks[t], found[pairs[t]], ids);
            }
        tracks = leftTracks;
        std::vector<Found> leftFound;
        for (size_t d = 0; d < found.size(); d++)
            if (!given[d])
                leftFound.push_back(found[d]);
        found = leftFound;
    }

    void continueWith(Followed& f, const Found& found, Mat& ids)
    {
        f.motion.correct(found.box);
        f.track.score = found.score;
        f.track.missed = -1; // found in this image; endAndMiss() counts one more
        if (++f.track.hits >= params.minHits && f.track.id == 0)
            f.track.id = ++lastId;
        ids.at<int>(found.index) = f.track.id;
    }

    void endAndMiss()
    {
        for (Followed& f : all)
            f.track.missed++;
        all.erase(std::remove_if(all.begin(), all.end(),
                                 [&](const Followed& f) {
                                     return f.track.missed > (f.track.id > 0 ? params.maxMissed : 0);
                                 }),
                  all.end());
    }

    void begin(const Found& found, Mat& ids)
    {
        all.emplace_back(found);
        Track& track = all.back().track;
        if (first || params.minHits == 1)
            track.id = ++lastId;
        ids.at<int>(found.index) = track.id;
    }

    bool first = true;
};

Tracker::Tracker(const TrackerParams& params) : impl(makePtr<Impl>(params)) {}

void Tracker::update(InputArray boxes_, InputArray scores_, InputArray labels_, OutputArray ids)
{
    const Mat boxes = boxesArgument(boxes_, "boxes");
    const Mat scores = columnArgument(scores_, CV_32F, boxes.rows, "scores");
    const Mat labels = columnArgument(labels_, CV_32S, labels_.empty() ? 0 : boxes.rows, "labels");
    std::vector<Found> found;
    for (int i = 0; i < boxes.rows; i++)
    {
        const Vec4f box = *boxes.ptr<Vec4f>(i);
        if (!checkRange(Mat(box)))
            CV_Error_(Error::StsOutOfRange, ("boxes must be finite, but number %d is %g, %g, %g, %g", i,
                                             box[0], box[1], box[2], box[3]));
        if (hasExtent(box.val) && scores.at<float>(i) >= impl->params.lowScore)
            found.push_back({i, box, scores.at<float>(i), labels.empty() ? 1 : labels.at<int>(i)});
    }
    Mat numbers(boxes.rows, 1, CV_32S, Scalar(0));
    impl->update(found, numbers);
    giveOut(numbers, ids);
}

std::vector<Track> Tracker::tracks() const
{
    std::vector<Track> tracks;
    for (const Followed& f : impl->all)
        if (f.track.id > 0)
        {
            const Vec4f b = f.motion.box();
            tracks.push_back(f.track);
            tracks.back().box = Rect2d(b[0], b[1], double(b[2]) - b[0], double(b[3]) - b[1]);
        }
    std::sort(tracks.begin(), tracks.end(), [](const Track& a, const Track& b) { return a.id < b.id; });
    return tracks;
}

void Tracker::reset()
{
    impl = makePtr<Impl>(TrackerParams(impl->params));
}

const TrackerParams& Tracker::params() const
{
    return impl->params;
}

} // namespace dnn_rpn
} // namespace cv
