// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "augment.hpp"

#include "colour.hpp"
#include "geometry.hpp"

namespace cv {
namespace dnn_rpn_train {

bool chance(RNG& rng, double probability)
{
    // The lowest bit becomes the highest, so that at 1/2 it decides alone: the numbers for mirroring have
    // always been read so.
    const unsigned drawn = rng.next();
    return (drawn >> 1 | drawn << 31) >= (1 - probability) * 4294967296.;
}

namespace {

double within(double most, RNG& rng)
{
    return rng.uniform(-most, most);
}

bool needsCanvas(const AugmentParams& p)
{
    return p.turn > 0 || p.zoom > 0 || p.mosaic > 0;
}

double largestZoom(const AugmentParams& p)
{
    return p.zoom > 0 ? std::max(1., p.zoomRange[1]) : 1;
}

//! Colours, blur, noise.
Mat paint(Mat image, const AugmentParams& p, RNG& rng)
{
    ColourChange c;
    if (p.brightness > 0 && chance(rng, p.colour))
        c.brightness = within(p.brightness, rng);
    if (p.contrast > 0 && chance(rng, p.colour))
        c.contrast = 1 + within(p.contrast, rng);
    if (p.saturation > 0 && chance(rng, p.colour))
        c.saturation = 1 + within(p.saturation, rng);
    if (p.hue > 0 && chance(rng, p.colour))
        c.hue = within(p.hue, rng);
    if (c.brightness != 0 || c.contrast != 1 || c.saturation != 1 || c.hue != 0)
        image = changeColour(image, c);
    if (chance(rng, p.blur))
        image = blurImage(image, rng.uniform(0., p.blurSigma));
    if (chance(rng, p.noise))
        image = addNoise(image, rng.uniform(0., p.noiseSigma), rng);
    return image;
}

//! Adds a source to the canvas, turned, scaled and painted by chance. The canvas around it keeps its colour.
void place(const Sample& source, Rect tile, const AugmentParams& p, RNG& rng, Sample& canvas)
{
    const Sample turned = chance(rng, p.turn) ? turnSample(source, rng.uniform(1, 4)) : source;
    const double zoom =
        chance(rng, p.zoom) ? std::exp(rng.uniform(std::log(p.zoomRange[0]), std::log(p.zoomRange[1]))) : 1;
    // By the upright image's size, so that a turned object keeps its shape in the input.
    const Size whole = source.image.size(), size = canvas.image.size();
    const Size2d window(whole.width / zoom * tile.width / size.width,
                        whole.height / zoom * tile.height / size.height);
    const View view = chooseView(turned, tile, window, rng);
    show(turned, view, p.visible, canvas);
    Mat shown = canvas.image(view.to);
    paint(shown.clone(), p, rng).copyTo(shown); // a clone, or the blur would look beyond it
}

//! Four quarters about a point of the middle half.
void placeFour(const std::vector<Sample>& sources, const AugmentParams& p, RNG& rng, Sample& canvas)
{
    const Size size = canvas.image.size();
    const auto middle = [&](int side) { return rng.uniform(side / 4, side - side / 4 + 1); };
    const int x = middle(size.width), y = middle(size.height);
    const Rect tiles[] = {Rect(0, 0, x, y), Rect(x, 0, size.width - x, y), Rect(0, y, x, size.height - y),
                          Rect(x, y, size.width - x, size.height - y)};
    for (int i = 0; i < 4; i++)
        if (!tiles[i].empty()) // an input of one pixel has less than four quarters
            place(sources[i], tiles[i], p, rng, canvas);
}

} // namespace

Sample prepareSample(const Mat& image, const std::vector<Object>& objects, Size size,
                     const AugmentParams& params)
{
    if (!needsCanvas(params))
        return resizeSample(image, objects, size);
    const double zoom = largestZoom(params),
                 shrink =
                     std::min(1., std::max(zoom * size.width / image.cols, zoom * size.height / image.rows));
    return resizeSample(
        image, objects,
        Size(std::max(1, cvRound(image.cols * shrink)), std::max(1, cvRound(image.rows * shrink))));
}

Sample augmentSample(const std::vector<Sample>& sources, Size size, const AugmentParams& params, bool flip,
                     RNG& rng)
{
    CV_Assert(sources.size() == 1 || sources.size() == 4);
    Sample s;
    if (needsCanvas(params))
    {
        s = emptyCanvas(size);
        if (sources.size() == 4)
            placeFour(sources, params, rng, s);
        else
            place(sources[0], Rect(Point(), size), params, rng, s);
    }
    else
    {
        // It may have been prepared for others of the training's augmentations.
        const Sample& source = sources[0];
        s = source.image.size() == size ? source : resizeSample(source.image, source.objects, size);
        s.image = paint(s.image, params, rng);
    }
    if (flip)
        s = flipSample(s, 1);
    if (chance(rng, params.flipVertically))
        s = flipSample(s, 0);
    return s;
}

} // namespace dnn_rpn_train
} // namespace cv
