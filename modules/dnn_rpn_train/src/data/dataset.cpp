// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "opencv2/dnn_rpn_train/formats.hpp"
#include "reading.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

#define DNN_RPN_ADDRESS(format) &data_formats::format,
const Format* const formats[] = {DNN_RPN_FORMATS(DNN_RPN_ADDRESS)};
#undef DNN_RPN_ADDRESS

const Format& formatOf(const std::string& name)
{
    std::string known;
    for (const Format* kind : formats)
    {
        if (name == kind->name)
            return *kind;
        known += std::string(" ") + kind->name;
    }
    CV_Error_(Error::StsBadArg, ("the format '%s' is none of: auto%s", name.c_str(), known.c_str()));
}

const Format& recognise(Reading& reading)
{
    const Format* found = nullptr;
    std::string known;
    for (const Format* kind : formats)
    {
        known += cv::format("%s%s (%s)", known.empty() ? "" : ", ", kind->name, kind->what);
        if ((found && kind == &data_formats::csv) || !kind->recognises(reading.files()))
            continue;
        if (found)
            reading.remarks.add(
                cv::format("'%s' is read as %s, but also looks like %s; the format can be named",
                           reading.files().root().c_str(), found->name, kind->name));
        else
            found = kind;
    }
    if (!found)
        CV_Error_(Error::StsError,
                  ("'%s' is no data set: among its %d images and %d other files are no annotations of "
                   "a known format: %s",
                   reading.files().root().c_str(), static_cast<int>(reading.imageFolder().images().size()),
                   static_cast<int>(reading.files().others().size()), known.c_str()));
    return *found;
}

} // namespace

std::vector<String> datasetFormats()
{
    std::vector<String> names;
    for (const Format* kind : formats)
        names.push_back(kind->name);
    return names;
}

Dataset Dataset::read(const String& folder, const String& split, const DatasetParams& params)
{
    if (params.format != "auto")
        formatOf(params.format);
    Reading reading(folder, split, params);
    const Format& kind = params.format == "auto" ? recognise(reading) : formatOf(params.format);
    kind.read(reading);
    return reading.finish(kind.name);
}

Dataset Dataset::read(const String& folder, const String& split, const std::vector<String>& classes)
{
    DatasetParams params;
    params.classes = classes;
    return read(folder, split, params);
}

int Dataset::countObjects() const
{
    int count = 0;
    for (const AnnotatedImage& image : images)
        for (const Object& o : image.objects)
            count += !o.ignored;
    return count;
}

void asArrays(const std::vector<Object>& objects, Mat& boxes, Mat& labels, Mat& ignored)
{
    const int count = static_cast<int>(objects.size());
    boxes = Mat(count, 4, CV_32F);
    labels = Mat(count, 1, CV_32S);
    ignored = Mat(count, 1, CV_8U);
    for (int i = 0; i < count; i++)
    {
        *boxes.ptr<Vec4f>(i) = objects[i].box;
        labels.at<int>(i) = objects[i].label;
        ignored.at<uchar>(i) = objects[i].ignored;
    }
}

} // namespace dnn_rpn_train
} // namespace cv
