// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "opencv2/dnn_rpn_train/inspect.hpp"

#include "example.hpp"
#include "html.hpp"
#include "page.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

const int shownImages = 12;

std::string row(const std::vector<std::string>& cells, const char* tag)
{
    std::string html = "<tr>";
    for (size_t i = 0; i < cells.size(); i++)
        html += std::string("<") + tag + ">" + cells[i] + "</" + tag + ">";
    return html + "</tr>\n";
}

std::string whole(int number)
{
    return fixedPoint(number, 0);
}

std::string tile(const NamedDataset& part)
{
    return "<div class=\"tile\"><small>" + escapeHtml(part.name) + "</small><b>" +
           whole(static_cast<int>(part.set.images.size())) + "</b><small>images, " +
           whole(part.set.countObjects()) + " objects, read as " + escapeHtml(part.set.format) +
           "</small></div>\n";
}

std::string classTable(const NamedDataset& part)
{
    std::string html = "<h2>Classes of " + escapeHtml(part.name) +
                       "</h2>\n<div class=\"card scroll\"><table class=\"scores\">" +
                       row({"", "objects", "images", "small", "medium", "large", "ignored"}, "th");
    for (const ClassCount& c : countClasses(part.set))
        html += row({escapeHtml(c.name), whole(c.objects), whole(c.images), whole(c.small), whole(c.medium),
                     whole(c.large), whole(c.ignored)},
                    "td");
    return html + "</table><p class=\"note\">Small: up to 32 x 32 pixels of the image; medium: up to 96 x "
                  "96.</p></div>\n";
}

//! Images with their objects; one that cannot be read is passed over.
std::string gallery(const std::vector<AnnotatedImage>& images)
{
    std::string html;
    for (const AnnotatedImage& image : images)
        try
        {
            html += Example(image.path, readImage(image), Mat(0, 4, CV_32F), Mat(0, 1, CV_32F), image.objects)
                        .html(0);
        }
        catch (const cv::Exception&)
        {}
    return html.empty() ? html : "<div class=\"images\">\n" + html + "</div>\n";
}

//! Some images, evenly over the part.
std::vector<AnnotatedImage> someOf(const Dataset& set)
{
    std::vector<AnnotatedImage> some;
    const size_t all = set.images.size(), shown = std::min<size_t>(all, shownImages);
    for (size_t i = 0; i < shown; i++)
        some.push_back(set.images[i * all / shown]);
    return some;
}

} // namespace

String datasetPage(const String& title, const std::vector<NamedDataset>& parts,
                   const std::vector<Finding>& findings)
{
    std::string html = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta http-equiv="
                       "\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src "
                       "'unsafe-inline'\">\n<meta name=\"viewport\" content=\"width=device-width, "
                       "initial-scale=1\">\n<title>" +
                       escapeHtml(title) + "</title>\n<style>" + pageStyle +
                       "</style></head>\n<body>\n<header><h1>" + escapeHtml(title) +
                       "</h1></header>\n<div class=\"tiles\">\n";
    for (const NamedDataset& part : parts)
        html += tile(part);
    html += "</div>\n<h2>To look at</h2>\n";
    for (const Finding& f : findings)
        html += "<div class=\"card examples\"><h3>" + escapeHtml(f.kind) + "</h3><p>" + escapeHtml(f.text) +
                "</p>\n" + gallery(f.images) + "</div>\n";
    if (findings.empty())
        html += "<p class=\"note\">Nothing was noticed.</p>\n";
    for (const NamedDataset& part : parts)
        html += classTable(part) + "<h2>Images of " + escapeHtml(part.name) +
                "</h2>\n<div class=\"card examples\">" + gallery(someOf(part.set)) + "</div>\n";
    return html + "</body></html>\n";
}

} // namespace dnn_rpn_train
} // namespace cv
