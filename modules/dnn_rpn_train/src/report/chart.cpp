// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "axis.hpp"
#include "chart.hpp"
#include "html.hpp"

#include <cmath>

namespace cv {
namespace dnn_rpn_train {

namespace {

const int side = 10000; // of the SVG's coordinates, both ways
const double inSight =
    0.99; // a few values of a noisy curve may leave the chart, or they would flatten the rest
const int colourCount = 5; // of page.hpp

//! In the SVG's coordinates; what lies outside is drawn just outside.
int coordinate(double place)
{
    return cvRound(std::min(std::max(place, -0.02), 1.02) * side);
}

std::string path(const std::vector<Point2d>& points, const Axis& x, const Axis& y, bool dots)
{
    std::string text;
    int joined = 0; // points since the last gap
    for (const Point2d& p : points)
    {
        const double place = y.place(p.y);
        if (std::isnan(place))
        {
            if (joined == 1)
                text += "h0"; // drawn as a dot
            joined = 0;
            continue;
        }
        text += joined == 0 || dots ? "M" : joined == 1 ? "L" : " ";
        text += std::to_string(coordinate(x.place(p.x))) + " " + std::to_string(coordinate(1 - place));
        text += dots ? "h0" : "";
        joined++;
    }
    return joined == 1 && !dots ? text + "h0" : text;
}

std::string percent(double place)
{
    return plain(std::round(place * 10000) / 100) + "%";
}

} // namespace

Chart::Chart(const std::string& title_, const std::string& unit_, const std::string& steps_,
             bool logarithmic_)
    : title(title_), unit(unit_), steps(steps_), logarithmic(logarithmic_)
{}

void Chart::add(const Line& line, double begin, double end)
{
    first = empty() ? begin : std::min(first, begin);
    last = empty() ? end : std::max(last, end);
    lines.push_back(line);
}

void Chart::addSmoothed(const std::string& name, const Curve& curve)
{
    if (!curve.empty())
        add({name, curve.smoothed(), curve.extremes(), false}, curve.begin(), curve.end());
}

void Chart::addLine(const std::string& name, const Curve& curve)
{
    if (!curve.empty())
        add({name, curve.extremes(), {}, false}, curve.begin(), curve.end());
}

void Chart::addPoints(const std::string& name, const std::vector<Point2d>& points)
{
    if (!points.empty())
        add({name, points, {}, true}, points.front().x, points.back().x);
}

std::string Chart::html() const
{
    // The axes hold every line, and nearly all of the faint ones.
    std::vector<double> ys, faint;
    const auto collect = [&](const std::vector<Point2d>& points, std::vector<double>& values) {
        for (const Point2d& p : points)
            if (std::isfinite(p.y) && (!logarithmic || p.y > 0))
                values.push_back(p.y);
    };
    for (const Line& line : lines)
    {
        collect(line.points, ys);
        collect(line.faint, faint);
    }
    if (!faint.empty())
    {
        std::sort(faint.begin(), faint.end());
        const double top = static_cast<double>(faint.size() - 1);
        const double high = faint[static_cast<size_t>(std::ceil(inSight * top))];
        ys.push_back(faint[static_cast<size_t>(std::floor((1 - inSight) * top))]);
        ys.push_back(faint.back() < 1.5 * high ? faint.back() : high);
    }
    if (ys.empty())
        ys.push_back(1);
    const auto yEnds = std::minmax_element(ys.begin(), ys.end());
    const Axis x = Axis::counting(first, last);
    const Axis y = logarithmic ? Axis::logarithmic(*yEnds.first, *yEnds.second)
                               : Axis::linear(*yEnds.first, *yEnds.second);

    std::string grid, svg, legend, beyond, xLabels, yLabels;
    for (const double tick : y.ticks)
    {
        grid += "M0 " + std::to_string(coordinate(1 - y.place(tick))) + "H" + std::to_string(side);
        yLabels += "<span style=\"bottom:" + percent(y.place(tick)) + "\">" + y.label(tick) + "</span>";
    }
    for (const double tick : x.ticks)
        xLabels += "<span style=\"left:" + percent(x.place(tick)) + "\">" + x.label(tick) + "</span>";
    for (size_t i = 0; i < lines.size(); i++)
    {
        const Line& line = lines[i];
        const std::string colour = "c" + std::to_string(i % colourCount + 1), name = escapeHtml(line.name);
        if (!line.faint.empty())
            svg += "<path class=\"faint " + colour + "\" data-line=\"" + name + "\" d=\"" +
                   path(line.faint, x, y, false) + "\"/>\n";
        svg += "<path class=\"line " + colour + "\" data-line=\"" + name + "\" data-name=\"" +
               escapeHtml(title) + ": " + name + "\" d=\"" + path(line.points, x, y, false) + "\"/>\n";
        if (line.dots)
            svg += "<path class=\"dots " + colour + "\" data-line=\"" + name + "\" d=\"" +
                   path(line.points, x, y, true) + "\"/>\n";
        const std::string value = " <b>" + readable(line.points.back().y) + "</b>";
        legend += lines.size() == 1 ? "<span>last" + value + "</span>"
                                    : "<button type=\"button\" class=\"" + colour + "\" data-line=\"" + name +
                                          "\">" + name + value + "</button>";

        const auto& all = line.faint.empty() ? line.points : line.faint;
        const Point2d* highest = nullptr;
        for (const Point2d& p : all)
            if (y.place(p.y) > 1 && (!highest || p.y > highest->y))
                highest = &p;
        if (highest)
            beyond += (beyond.empty() ? "Beyond the axis: " : "; ") + name + " up to " +
                      readable(highest->y) + " at " + escapeHtml(steps) + " " + fixedPoint(highest->x, 0);
    }

    return "<section class=\"chart\"><h3>" + escapeHtml(title) + " <small>" + escapeHtml(unit) +
           "</small></h3>\n<div class=\"legend\">" + legend +
           "</div>\n<div class=\"frame\"><div class=\"y\">" + yLabels +
           "</div>\n<div class=\"plot\" data-x0=\"" + plain(x.low) + "\" data-x1=\"" + plain(x.high) +
           "\" data-y0=\"" + plain(y.low) + "\" data-y1=\"" + plain(y.high) + "\" data-log=\"" +
           (logarithmic ? "1" : "0") + "\" data-steps=\"" + escapeHtml(steps) + "\"><svg viewBox=\"0 0 " +
           std::to_string(side) + " " + std::to_string(side) +
           "\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"" + escapeHtml(title) +
           "\">\n<path class=\"grid\" d=\"" + grid + "\"/>\n" + svg + "</svg></div>\n<div class=\"x\">" +
           xLabels + "</div><div class=\"steps\">" + escapeHtml(steps) + "</div></div>\n" +
           (beyond.empty() ? "" : "<p class=\"note\">" + beyond + "</p>") + "</section>\n";
}

} // namespace dnn_rpn_train
} // namespace cv
