// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "scene.hpp"

#include <cmath>

#include "opencv2/imgproc.hpp"

using namespace cv;

namespace {

//! Noise of one scale: random values on a coarse grid, smoothed up.
Mat clouds(Size size, int cell, RNG& rng)
{
    Mat coarse(size.height / cell + 2, size.width / cell + 2, CV_32F), fine;
    rng.fill(coarse, RNG::NORMAL, 0, 1);
    resize(coarse, fine, size, 0, 0, INTER_CUBIC);
    return fine;
}

Scalar colour(RNG& rng)
{
    return Scalar(rng.uniform(60, 235), rng.uniform(60, 235), rng.uniform(60, 235));
}

Mat drawGround(Size size, RNG& rng)
{
    Mat ground(size, CV_32FC3, colour(rng));
    std::vector<Mat> planes;
    split(ground, planes);
    const Mat shade = clouds(size, std::max(1, std::max(size.width, size.height) / 3), rng) * 22,
              grain = clouds(size, 12, rng) * 6;
    for (Mat& p : planes)
        p += shade + grain;
    merge(planes, ground);
    for (int i = rng.uniform(0, 12); i > 0; i--) // dust
        circle(ground, Point(rng.uniform(0, size.width), rng.uniform(0, size.height)), rng.uniform(1, 4),
               colour(rng), FILLED, LINE_AA);
    for (int i = rng.uniform(0, 3); i > 0; i--) // scratches
        line(ground, Point(rng.uniform(0, size.width), rng.uniform(0, size.height)),
             Point(rng.uniform(0, size.width), rng.uniform(0, size.height)), colour(rng), 1, LINE_AA);
    return ground;
}

//! How much of each pixel the object covers, 0..1, drawn in the middle of its own patch.
Mat drawShape(const std::string& name, float radius, RNG& rng)
{
    const int side = static_cast<int>(radius * 3) + 4;
    const Point centre(side / 2, side / 2);
    Mat mask(side, side, CV_8U, Scalar(0));
    const double angle = rng.uniform(0., 180.);
    if (name == "plate")
    {
        const Size2f extent(radius * 2, radius * static_cast<float>(rng.uniform(0.8, 2.)));
        Point2f corners[4];
        RotatedRect(Point2f(centre), extent, static_cast<float>(angle)).points(corners);
        std::vector<Point> polygon;
        for (const Point2f& c : corners)
            polygon.push_back(Point(cvRound(c.x), cvRound(c.y)));
        fillConvexPoly(mask, polygon, Scalar(255), LINE_AA);
    }
    else if (name == "ring")
        ellipse(mask, centre, Size2f(radius, radius), 0, 0, 360, Scalar(255),
                std::max(2, cvRound(radius / 3)), LINE_AA);
    else
    {
        std::vector<Point> outline;
        const double squeeze = rng.uniform(0.65, 1.), phase = rng.uniform(0., CV_2PI),
                     bumps = rng.uniform(0.02, 0.1);
        for (int i = 0; i < 72; i++)
        {
            const double a = i * CV_2PI / 72, r = radius * (1 + bumps * std::sin(3 * a + phase));
            const double x = r * std::cos(a), y = squeeze * r * std::sin(a), t = angle * CV_PI / 180;
            outline.push_back(centre + Point(cvRound(x * std::cos(t) - y * std::sin(t)),
                                             cvRound(x * std::sin(t) + y * std::cos(t))));
        }
        fillPoly(mask, std::vector<std::vector<Point>>{outline}, Scalar(255), LINE_AA);
    }
    Mat cover;
    mask.convertTo(cover, CV_32F, 1. / 255);
    return cover;
}

//! The smallest box around what is not 0.
Rect boundsOf(const Mat& mask)
{
    Rect box;
    std::vector<Point> points;
    findNonZero(mask, points);
    for (const Point& p : points)
        box |= Rect(p, Size(1, 1));
    return box;
}

//! The object's surface: a colour, a texture, a darker rim; cells have a nucleus.
Mat drawSurface(const std::string& name, const Mat& cover, float radius, RNG& rng)
{
    Mat surface(cover.size(), CV_32FC3, colour(rng)), inner, rim;
    if (name == "cell")
    {
        const int r = std::max(2, cvRound(radius * rng.uniform(0.2, 0.45)));
        circle(surface,
               Point(cover.cols / 2 + rng.uniform(-r, r) / 2, cover.rows / 2 + rng.uniform(-r, r) / 2), r,
               colour(rng), FILLED, LINE_AA);
    }
    const double blur = std::max(1.f, radius / 6);
    GaussianBlur(cover, inner, Size(), blur);
    rim = (1 - inner) * 90;
    const Mat texture = clouds(cover.size(), std::max(2, cvRound(radius / 5)), rng) * rng.uniform(3., 14.);
    std::vector<Mat> planes;
    split(surface, planes);
    for (Mat& p : planes)
        p += texture - rim;
    merge(planes, surface);
    return surface;
}

} // namespace

Scene drawScene(Size size, RNG& rng, int objects)
{
    static const char* const names[] = {"cell", "cell", "ring", "plate"};
    Scene scene;
    Mat canvas = drawGround(size, rng);
    Mat owner(size, CV_32S, Scalar(-1)); // the object on top at each pixel
    std::vector<int> area;

    const int drawn = rng.uniform(0, 20) == 0 ? 0 : rng.uniform(3, 15),
              wanted = objects > 0 ? objects : drawn,
              tries = objects > 0 ? 20 * objects : drawn; // some fall outside
    for (int i = 0; i < tries && static_cast<int>(scene.objects.size()) < wanted; i++)
    {
        const std::string name = names[rng.uniform(0, 4)];
        const float scale = std::min(size.width, size.height) / 240.f;
        const float radius = scale * static_cast<float>(std::exp(rng.uniform(std::log(9.), std::log(48.))));
        const Mat cover = drawShape(name, radius, rng), surface = drawSurface(name, cover, radius, rng);
        const Point corner(rng.uniform(0, size.width) - cover.cols / 2,
                           rng.uniform(0, size.height) - cover.rows / 2);
        const Rect seen = Rect(corner, cover.size()) & Rect(Point(), size);
        if (seen.empty())
            continue;
        const Mat visible = cover(seen - corner);
        const Mat solid = visible > 0.5f;
        const Rect tight = boundsOf(solid);
        if (tight.width < 5 || tight.height < 5)
            continue;
        const float opacity = static_cast<float>(rng.uniform(0.55, 1.));
        Mat target = canvas(seen);
        const Mat paint = surface(seen - corner);
        for (int y = 0; y < seen.height; y++)
            for (int x = 0; x < seen.width; x++)
            {
                const float a = opacity * visible.at<float>(y, x);
                target.at<Vec3f>(y, x) = (1 - a) * target.at<Vec3f>(y, x) + a * paint.at<Vec3f>(y, x);
            }
        owner(seen).setTo(static_cast<int>(scene.objects.size()), solid);
        area.push_back(countNonZero(solid));
        scene.objects.push_back({name, tight + seen.tl(), false});
    }
    for (size_t i = 0; i < scene.objects.size(); i++)
        scene.objects[i].difficult = countNonZero(owner == static_cast<int>(i)) < 0.3 * area[i];

    GaussianBlur(canvas, canvas, Size(), rng.uniform(0.5, 1.4));
    Mat noise(size, CV_32FC3);
    rng.fill(noise, RNG::NORMAL, 0, rng.uniform(2., 8.));
    canvas += noise;
    canvas.convertTo(scene.image, CV_8U);
    return scene;
}
