// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "eval_page.hpp"

#include <cmath>
#include <sstream>

#include "opencv2/imgcodecs.hpp"
#include "opencv2/imgproc.hpp"

using namespace cv;
using namespace cv::dnn_rpn;

namespace {

const char style[] = R"(
body { font: 15px/1.4 system-ui, sans-serif; color: #222; background: #fff; max-width: 1100px; margin: 2em auto;
       padding: 0 1em; }
h1 { font-size: 1.5em; overflow-wrap: anywhere; } h2 { font-size: 1.15em; margin-top: 2em; }
table { border-collapse: collapse; } .wide { overflow-x: auto; }
th, td { padding: .2em .7em; text-align: left; border-bottom: 1px solid #e4e4e4; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
.heat td { text-align: right; border: 1px solid #fff; min-width: 3em; } .heat th { border: 0; font-weight: normal; }
.note { color: #666; } .none { color: #999; }
.images { display: flex; flex-wrap: wrap; gap: 1em; } figure { margin: 0; max-width: 340px; }
figure img { width: 100%; display: block; } figcaption { font-size: .85em; overflow-wrap: anywhere; }
.truth { color: #0a8a2a; font-weight: bold; } .found { color: #d9480f; font-weight: bold; }
svg text { font-size: 12px; fill: #444; }
)";

//! Distinct for people who see red and green alike, too.
const char* const colours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f"};
const size_t colourCount = 7;

String escaped(const String& text)
{
    String out;
    for (const char c : text)
        switch (c)
        {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        default:
            out += c;
        }
    return out;
}

String base64(const std::vector<uchar>& bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    String text;
    for (size_t i = 0; i < bytes.size(); i += 3)
    {
        unsigned group = 0;
        for (size_t k = 0; k < 3; k++)
            group = group << 8 | (i + k < bytes.size() ? bytes[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            text += i + k <= bytes.size() ? digits[group >> (18 - 6 * k) & 63] : '=';
    }
    return text;
}

String numberCell(const String& text)
{
    return "<td class=\"number\">" + text + "</td>";
}

String metricCell(double value)
{
    return value < 0 ? "<td class=\"number none\">none</td>" : numberCell(metricText(value));
}

void addMetrics(std::ostream& out, const Metrics& metrics)
{
    out << "<h2>Recall and precision</h2>\n<table id=\"metrics\">\n";
    for (const MetricRow& row : metricRows())
        out << "<tr><th>" << row.key << "</th>" << metricCell(metrics.*row.value) << "<td class=\"note\">"
            << row.meaning << "</td></tr>\n";
    out << "</table>\n";
}

void addClasses(std::ostream& out, const Evaluation& e)
{
    out << "<h2>Class by class</h2>\n<div class=\"wide\"><table id=\"classes\">\n<tr><th>class</th>";
    for (const char* head : {"objects", "AP", "AP50", "AP75", "AR100", "vocAP", "best F1", "at score"})
        out << "<th class=\"number\">" << head << "</th>";
    out << "</tr>\n";
    for (size_t i = 0; i < e.classes.size(); i++)
    {
        const Metrics& m = e.metrics;
        out << "<tr><td>" << escaped(e.classes[i]) << "</td>" << numberCell(std::to_string(m.classObjects[i]))
            << metricCell(m.classAP[i]) << metricCell(m.classAP50[i]) << metricCell(m.classAP75[i])
            << metricCell(m.classAR100[i]) << metricCell(m.classVocAP[i])
            << metricCell(e.curves[i].bestF1 > 0 ? e.curves[i].bestF1 : -1)
            << metricCell(e.curves[i].bestF1 > 0 ? e.curves[i].bestScore : -1) << "</tr>\n";
    }
    out << "</table></div>\n";
}

//! The last point of the curve at that score or above, or -1.
int pointAt(const PrecisionRecall& curve, float score)
{
    int last = -1;
    while (last + 1 < static_cast<int>(curve.scores.size()) && curve.scores[last + 1] >= score)
        last++;
    return last;
}

const double plotLeft = 50, plotTop = 15, plotSize = 400;

String plotPoint(const PrecisionRecall& curve, int i)
{
    return format("%.1f,%.1f", plotLeft + plotSize * curve.recall[i],
                  plotTop + plotSize * (1 - curve.precision[i]));
}

//! Steps too small to see are left out: a curve may have a point for each of a hundred thousand boxes.
String plotLine(const PrecisionRecall& curve)
{
    String points;
    const int count = static_cast<int>(curve.scores.size());
    for (int i = 0, last = -1; i < count; i++)
        if (last < 0 || i + 1 == count || std::abs(curve.recall[i] - curve.recall[last]) > 0.002 ||
            std::abs(curve.precision[i] - curve.precision[last]) > 0.002)
        {
            points += plotPoint(curve, i) + " ";
            last = i;
        }
    return points;
}

void addMark(std::ostream& out, const PrecisionRecall& curve, int i, const char* colour, bool full)
{
    if (i < 0)
        return;
    const String at = plotPoint(curve, i);
    const size_t comma = at.find(',');
    out << "<circle cx=\"" << at.substr(0, comma) << "\" cy=\"" << at.substr(comma + 1)
        << "\" r=\"4.5\" stroke-width=\"2\" stroke=\"" << colour << "\" fill=\"" << (full ? colour : "#fff")
        << "\"><title>"
        << format("score %.4f: precision %.4f, recall %.4f", curve.scores[i], curve.precision[i],
                  curve.recall[i])
        << "</title></circle>\n";
}

void addCurves(std::ostream& out, const Evaluation& e, const PageContents& contents)
{
    const double legend = plotLeft + plotSize + 25;
    const double height = std::max(plotSize + 60, plotTop + 20. * (contents.curves.size() + 1));
    out << "<h2>Precision and recall at every score</h2>\n"
        << format("<svg id=\"curves\" role=\"img\" viewBox=\"0 0 800 %.0f\" width=\"800\" height=\"%.0f\">\n",
                  height, height);
    for (int i = 0; i <= 5; i++)
    {
        const double x = plotLeft + plotSize * i / 5, y = plotTop + plotSize * i / 5;
        out << format("<path d=\"M%.1f %.1fV%.1fM%.1f %.1fH%.1f\" stroke=\"#ddd\" fill=\"none\"/>\n", x,
                      plotTop, plotTop + plotSize, plotLeft, y, plotLeft + plotSize)
            << format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%.1f</text>\n", x,
                      plotTop + plotSize + 18, i / 5.)
            << format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%.1f</text>\n", plotLeft - 8, y + 4,
                      1 - i / 5.);
    }
    out << format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">recall</text>\n",
                  plotLeft + plotSize / 2, plotTop + plotSize + 38)
        << format(
               "<text transform=\"translate(14 %.1f) rotate(-90)\" text-anchor=\"middle\">precision</text>\n",
               plotTop + plotSize / 2);
    for (size_t i = 0; i < contents.curves.size(); i++)
    {
        const PrecisionRecall& curve = contents.curves[i].second;
        const char* colour = colours[i % colourCount];
        const double y = plotTop + 20. * i + 10;
        out << "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"" << colour << "\" points=\""
            << plotLine(curve) << "\"/>\n";
        if (curve.bestF1 > 0)
            addMark(out, curve, pointAt(curve, curve.bestScore), colour, true);
        addMark(out, curve, pointAt(curve, e.threshold), colour, false);
        out << format("<path d=\"M%.1f %.1fh24\" stroke-width=\"2\" stroke=\"%s\"/>\n", legend, y, colour)
            << format("<text x=\"%.1f\" y=\"%.1f\">", legend + 32, y + 4) << escaped(contents.curves[i].first)
            << (curve.bestF1 > 0 ? format(", best F1 %.3f at score %.3f", curve.bestF1, curve.bestScore)
                                 : String(", nothing found"))
            << "</text>\n";
    }
    out << "</svg>\n<p class=\"note\">"
        << format("After suppression at IoU %.2f. A full dot is the best F1, a ring the score from which on "
                  "boxes are shown, %.3f.",
                  e.nms, e.threshold)
        << "</p>\n";
}

//! From white to green for what is right, to orange for what is wrong.
String heatCell(int count, double share, bool right)
{
    return (count ? String("<td ") : String("<td class=\"none\" ")) +
           format("style=\"background:rgb(%.0f %.0f %.0f)\" title=\"%.1f %% of the row\">%d</td>",
                  255 - share * (right ? 160 : 10), 255 - share * (right ? 55 : 130),
                  255 - share * (right ? 140 : 205), 100 * share, count);
}

void addMisses(std::ostream& out, const Evaluation& e)
{
    out << "<h2>What goes wrong, and what to try</h2>\n";
    if (!e.advice.empty())
    {
        out << "<ul id=\"advice\">\n";
        for (const String& line : e.advice)
            out << "<li>" << escaped(line) << "</li>\n";
        out << "</ul>\n";
    }
    out << "<div class=\"wide\"><table class=\"heat\" id=\"misses\">\n<tr><th></th><th></th><th>objects</th>";
    for (int fate = 0; fate < fateCount; fate++)
        out << "<th class=\"number\" title=\"" << fateRow(fate).meaning << "\">" << fateRow(fate).heading
            << "</th>";
    out << "</tr>\n";
    String by;
    for (const MissGroup& group : e.misses)
    {
        out << "<tr><th>" << (by == group.by ? "" : group.by) << "</th><th>" << escaped(group.name) << "</th>"
            << numberCell(std::to_string(group.objects()));
        by = group.by;
        for (int fate = 0; fate < fateCount; fate++)
            out << heatCell(group.counts[fate], group.counts[fate] / std::max(1., double(group.objects())),
                            fate == FATE_FOUND);
        out << "</tr>\n";
    }
    out << "</table></div>\n<p class=\"note\">"
        << format("Objects by what became of them at a score of %.3f and suppression at IoU %.2f; sizes are "
                  "square roots of areas in pixels of the network's input. ",
                  e.threshold, e.nms);
    for (int fate = 0; fate < fateCount; fate++)
        out << (fate ? "; " : "") << "<i>" << fateRow(fate).heading << "</i>: " << fateRow(fate).meaning;
    out << ". Of several the first one counts.</p>\n<table id=\"false\">\n";
    for (int kind = 0; kind < falseCount; kind++)
        out << "<tr><th>" << (kind ? "" : "false boxes") << "</th><th>" << falseBoxRow(kind).heading
            << "</th>" << numberCell(std::to_string(e.falseBoxes[kind])) << "<td class=\"note\">"
            << falseBoxRow(kind).meaning << "</td></tr>\n";
    out << "</table>\n";
}

void addConfusion(std::ostream& out, const Evaluation& e)
{
    out << "<h2>What is taken for what</h2>\n<div class=\"wide\"><table class=\"heat\" id=\"confusion\">\n"
        << "<tr><th></th>";
    const auto name = [&e](int i, const char* nothing) {
        return i == 0 ? String(nothing) : escaped(e.classes[i - 1]);
    };
    for (int j = 0; j < e.confusion.cols; j++)
        out << "<th class=\"number\">" << name(j, "missed") << "</th>";
    out << "</tr>\n";
    for (int i = 0; i < e.confusion.rows; i++)
    {
        const double total = std::max(1., sum(e.confusion.row(i))[0]);
        out << "<tr><th>" << name(i, "nothing there") << "</th>";
        for (int j = 0; j < e.confusion.cols; j++)
        {
            const int count = e.confusion.at<int>(i, j);
            out << (i == 0 && j == 0 ? String("<td></td>") : heatCell(count, count / total, i == j));
        }
        out << "</tr>\n";
    }
    out << "</table></div>\n<p class=\"note\">"
        << format(
               "A row is what an object is, a column what its box says, at IoU 0.50, boxes with a score of "
               "%.3f and more after suppression at IoU %.2f. Colours are shares of a row.",
               e.threshold, e.nms)
        << "</p>\n";
}

void addImages(std::ostream& out, const char* title, const std::vector<PageImage>& images)
{
    if (images.empty())
        return;
    out << "<h2>" << title << "</h2>\n<div class=\"images\">\n";
    for (const PageImage& image : images)
    {
        std::vector<uchar> jpeg;
        imencode(".jpg", image.drawn, jpeg, {IMWRITE_JPEG_QUALITY, 85});
        out << "<figure><img alt=\"\" src=\"data:image/jpeg;base64," << base64(jpeg) << "\"><figcaption>"
            << escaped(image.name) << format(": %d missed, %d false", image.missed, image.wrong)
            << "</figcaption></figure>\n";
    }
    out << "</div>\n";
}

} // namespace

String evalPage(const Evaluation& e, const PageContents& contents)
{
    std::ostringstream out;
    const String title = escaped(contents.model + " on " + contents.data);
    out << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        << "<meta name=\"viewport\" content=\"width=device-width\">\n<link rel=\"icon\" "
           "href=\"data:,\">\n<title>"
        << title << "</title>\n<style>" << style << "</style>\n</head>\n<body>\n<h1>" << title << "</h1>\n<p>"
        << format("%d images, %d objects, %d boxes", e.metrics.images, e.metrics.objects,
                  e.metrics.detections)
        << "</p>\n";
    addMetrics(out, e.metrics);
    if (e.classes.size() > 1)
        addClasses(out, e);
    addCurves(out, e, contents);
    addConfusion(out, e);
    addMisses(out, e);
    if (!contents.mostMissed.empty() || !contents.mostWrong.empty())
        out << "<h2>The worst images</h2>\n<p><span class=\"truth\">Green</span>: the objects. "
            << "<span class=\"found\">Orange</span>: the boxes that were found.</p>\n";
    addImages(out, "Most objects missed", contents.mostMissed);
    addImages(out, "Most false boxes", contents.mostWrong);
    out << "</body>\n</html>\n";
    return out.str();
}
