// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "reading.hpp"

namespace cv {
namespace dnn_rpn_train {

const std::vector<Format>& formats()
{
    static const std::vector<Format> all{
        {"voc", "XML files with <annotation>: Pascal VOC, LabelImg", isVoc, readVoc},
        {"cvat", "an XML file with <annotations>: CVAT for images", isCvat, readCvat},
        {"imglab", "an XML file with <dataset>: imglab", isImglab, readImglab},
        {"coco", "a JSON file with images, annotations and categories", isCoco, readCoco},
        {"labelme", "JSON files with shapes", isLabelMe, readLabelMe},
        {"createml", "a JSON list of images with coordinates", isCreateMl, readCreateMl},
        {"yolo", "text files of the images' names: YOLO, Darknet", isYolo, readYolo},
        {"csv", "a table: image,xmin,ymin,xmax,ymax,label", isCsv, readCsv}};
    return all;
}

namespace {

const Format& formatOf(const std::string& name)
{
    std::string known;
    for (const Format& kind : formats())
    {
        if (name == kind.name)
            return kind;
        known += std::string(" ") + kind.name;
    }
    CV_Error_(Error::StsBadArg, ("the format '%s' is none of: auto%s", name.c_str(), known.c_str()));
}

const Format& recognise(Reading& reading)
{
    const Format* found = nullptr;
    std::string known;
    for (const Format& kind : formats())
    {
        known += cv::format("%s%s (%s)", known.empty() ? "" : ", ", kind.name, kind.what);
        if ((found && std::string(kind.name) == "csv") || !kind.recognises(reading.files()))
            continue;
        if (found)
            reading.remarks.add(
                cv::format("'%s' is read as %s, but also looks like %s; the format can be named",
                           reading.files().root().c_str(), found->name, kind.name));
        else
            found = &kind;
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
