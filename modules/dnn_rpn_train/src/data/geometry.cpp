// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "geometry.hpp"

#include "opencv2/imgproc.hpp"

namespace cv {
namespace dnn_rpn_train {

Sample flipSample(const Sample& sample, int code)
{
    Sample s;
    flip(sample.image, s.image, code);
    s.objects = sample.objects;
    const float width = static_cast<float>(sample.image.cols), height = static_cast<float>(sample.image.rows);
    for (Object& o : s.objects)
        o.box = code == 0 ? Vec4f(o.box[0], height - o.box[3], o.box[2], height - o.box[1])
                          : Vec4f(width - o.box[2], o.box[1], width - o.box[0], o.box[3]);
    return s;
}

Sample turnSample(const Sample& sample, int quarters)
{
    CV_Assert(quarters >= 0 && quarters <= 3);
    if (quarters == 0)
        return sample;
    if (quarters == 2)
        return flipSample(flipSample(sample, 0), 1);
    Sample s;
    rotate(sample.image, s.image, quarters == 1 ? ROTATE_90_CLOCKWISE : ROTATE_90_COUNTERCLOCKWISE);
    s.objects = sample.objects;
    const float width = static_cast<float>(sample.image.cols), height = static_cast<float>(sample.image.rows);
    for (Object& o : s.objects)
        o.box = quarters == 1 ? Vec4f(height - o.box[3], o.box[0], height - o.box[1], o.box[2])
                              : Vec4f(o.box[1], width - o.box[2], o.box[3], width - o.box[0]);
    return s;
}

Sample emptyCanvas(Size size)
{
    Sample canvas;
    canvas.image = Mat(size, CV_8UC3, Scalar(104, 116, 124));
    return canvas;
}

void show(const Sample& source, const View& view, double visible, Sample& canvas)
{
    const Rect &from = view.from, &to = view.to;
    CV_Assert(!from.empty() && (from & Rect(Point(), source.image.size())) == from);
    CV_Assert(!to.empty() && (to & Rect(Point(), canvas.image.size())) == to);
    resize(source.image(from), canvas.image(to), to.size(), 0, 0, INTER_LINEAR);
    const double fx = static_cast<double>(to.width) / from.width,
                 fy = static_cast<double>(to.height) / from.height;
    const auto map = [](double v, int start, int length, double factor, int target) {
        return static_cast<float>(std::min(std::max(v - start, 0.), static_cast<double>(length)) * factor +
                                  target);
    };
    for (Object o : source.objects)
    {
        const Vec4f b = o.box;
        o.box = Vec4f(map(b[0], from.x, from.width, fx, to.x), map(b[1], from.y, from.height, fy, to.y),
                      map(b[2], from.x, from.width, fx, to.x), map(b[3], from.y, from.height, fy, to.y));
        if (o.box[2] <= o.box[0] || o.box[3] <= o.box[1])
            continue;
        const double whole = static_cast<double>(b[2] - b[0]) * fx * (b[3] - b[1]) * fy,
                     left = static_cast<double>(o.box[2] - o.box[0]) * (o.box[3] - o.box[1]);
        o.ignored = o.ignored || left < visible * whole * (1 - 1e-5); // but for rounding
        canvas.objects.push_back(o);
    }
}

namespace {

//! The smallest rectangle of whole pixels around an object that is drawn by chance; empty if there is none.
Rect drawObject(const Sample& source, RNG& rng)
{
    std::vector<Vec4f> boxes;
    for (const Object& o : source.objects)
        if (!o.ignored)
            boxes.push_back(o.box);
    if (boxes.empty())
        return Rect();
    const Vec4f b = boxes[rng.uniform(0, static_cast<int>(boxes.size()))];
    return Rect(Point(cvFloor(b[0]), cvFloor(b[1])), Point(cvCeil(b[2]), cvCeil(b[3]))) &
           Rect(Point(), source.image.size());
}

//! One axis of a view: so many pixels of an image, shown over a tile.
void chooseSpan(const Range& image, const Range& object, const Range& tile, double window, RNG& rng,
                Range& from, Range& to)
{
    const int wanted = std::max({1, object.size(), cvRound(window)});
    if (wanted <= image.size())
    {
        const int first = object.empty() ? 0 : std::max(0, object.end - wanted),
                  last = std::min(object.empty() ? image.end : object.start, image.end - wanted);
        from.start = rng.uniform(first, last + 1);
        from.end = from.start + wanted;
        to = tile;
    }
    else
    {
        const int shown = std::max(1, cvRound(tile.size() * (image.size() / window)));
        from = image;
        to.start = tile.start + rng.uniform(0, tile.size() - shown + 1);
        to.end = to.start + shown;
    }
}

} // namespace

View chooseView(const Sample& source, Rect tile, Size2d window, RNG& rng)
{
    const Rect object = drawObject(source, rng);
    const double grow = std::max({1., object.width / window.width, object.height / window.height});
    Range fromX, fromY, toX, toY;
    chooseSpan(Range(0, source.image.cols), Range(object.x, object.br().x), Range(tile.x, tile.br().x),
               window.width * grow, rng, fromX, toX);
    chooseSpan(Range(0, source.image.rows), Range(object.y, object.br().y), Range(tile.y, tile.br().y),
               window.height * grow, rng, fromY, toY);
    return View{Rect(Point(fromX.start, fromY.start), Point(fromX.end, fromY.end)),
                Rect(Point(toX.start, toY.start), Point(toX.end, toY.end))};
}

} // namespace dnn_rpn_train
} // namespace cv
