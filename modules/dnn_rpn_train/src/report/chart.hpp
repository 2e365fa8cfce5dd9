// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_CHART_HPP
#define OPENCV_DNN_RPN_TRAIN_CHART_HPP

#include <string>

#include "curve.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief A line chart as HTML with an inline SVG, for a page that has the style and the script of page.hpp.

The SVG holds the lines alone and is stretched to the room there is; ticks, names and legend are HTML, so that
they stay readable on a telephone. */
class CV_EXPORTS Chart
{
public:
    //! @param unit of the values
    //! @param steps what x counts: steps or epochs
    Chart(const std::string& title, const std::string& unit, const std::string& steps = "step",
          bool logarithmic = false);

    //! A smoothed line over a faint one through the lowest and highest values. An empty curve is left out.
    void addSmoothed(const std::string& name, const Curve& curve);

    //! One line through the lowest and highest values. An empty curve is left out.
    void addLine(const std::string& name, const Curve& curve);

    //! A line with a dot at each point.
    void addPoints(const std::string& name, const std::vector<Point2d>& points);

    bool empty() const { return lines.empty(); }

    std::string html() const;

private:
    //! Of one curve: as drawn, and what is faint behind it.
    struct Line
    {
        std::string name;
        std::vector<Point2d> points, faint;
        bool dots;
    };

    void add(const Line& line, double begin, double end);

    double first = 0, last = 0; //!< x of the axis' ends
    std::string title, unit, steps;
    bool logarithmic;
    std::vector<Line> lines;
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
