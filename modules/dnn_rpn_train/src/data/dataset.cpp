// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "opencv2/dnn_rpn_train/dataset.hpp"

#include <filesystem>

namespace cv {
namespace dnn_rpn_train {

namespace fs = std::filesystem;

Dataset Dataset::read(const String& folder, const String& split, const std::vector<String>& classes)
{
    const fs::path root(folder);
    if (!fs::is_directory(root))
        CV_Error_(Error::StsError, ("'%s' is no folder", folder.c_str()));
    for (const char* part : {"JPEGImages", "Annotations", "ImageSets"})
        if (fs::exists(root / part))
            return readVOC(folder, split, classes);
    if (fs::exists(root / "annotations") || fs::exists(root / split / "_annotations.coco.json"))
        return readCOCO(folder, split, classes);
    if (fs::exists(root / "labels") || fs::exists(root / split / "labels"))
        return readYOLO(folder, split, classes);
    CV_Error_(
        Error::StsError,
        ("'%s' is no data set with a split '%s': Pascal VOC has a folder 'JPEGImages', COCO 'annotations' or "
         "'%s/_annotations.coco.json', YOLO 'labels' or '%s/labels'",
         folder.c_str(), split.c_str(), split.c_str(), split.c_str()));
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
