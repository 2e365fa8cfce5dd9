// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_TEST_DNN_RPN_TRAIN_ANNOTATED_HPP
#define OPENCV_TEST_DNN_RPN_TRAIN_ANNOTATED_HPP

#include "scratch.hpp"

namespace opencv_test {

//! What is on an image, for the tests to write in one format or another.
struct TrueObject
{
    std::string name;
    Rect box;
};

struct TrueImage
{
    std::string stem;
    Size size;
    std::vector<TrueObject> objects;
};

//! Two images, three objects of the classes apple and plum; corners are multiples of what YOLO's decimals
//! hold.
inline std::vector<TrueImage> trueImages()
{
    return {{"a", Size(40, 30), {{"plum", Rect(10, 6, 20, 18)}}},
            {"b", Size(80, 60), {{"apple", Rect(8, 6, 32, 30)}, {"plum", Rect(20, 12, 40, 36)}}}};
}

inline void writeImage(const std::string& path, Size size)
{
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    imwrite(path, Mat(size, CV_8UC3, Scalar(1, 2, 3)));
}

inline std::string vocObject(const std::string& name, const std::string& corners,
                             const std::string& more = "")
{
    int v[4] = {};
    std::sscanf(corners.c_str(), "%d %d %d %d", v, v + 1, v + 2, v + 3);
    return cv::format("<object><name>%s</name>%s<bndbox><xmin>%d</xmin><ymin>%d</ymin><xmax>%d</xmax><ymax>%d"
                      "</ymax></bndbox></object>",
                      name.c_str(), more.c_str(), v[0], v[1], v[2], v[3]);
}

inline std::string vocXml(const TrueImage& image, const std::string& fileName)
{
    std::string xml =
        cv::format("<annotation><filename>%s</filename><size><width>%d</width><height>%d</height>"
                   "<depth>3</depth></size>",
                   fileName.c_str(), image.size.width, image.size.height);
    for (const TrueObject& o : image.objects)
        xml += vocObject(o.name, cv::format("%d %d %d %d", o.box.x, o.box.y, o.box.br().x, o.box.br().y));
    return xml + "</annotation>";
}

//! @param folder before the images' names, as exporters write them
inline std::string cocoJson(const std::vector<TrueImage>& images, const std::string& folder = "")
{
    std::string list, boxes;
    for (size_t i = 0; i < images.size(); i++)
    {
        list += cv::format("%s{\"id\": %d, \"file_name\": \"%s%s.png\", \"width\": %d, \"height\": %d}",
                           i > 0 ? ", " : "", static_cast<int>(i) + 1, folder.c_str(), images[i].stem.c_str(),
                           images[i].size.width, images[i].size.height);
        for (const TrueObject& o : images[i].objects)
            boxes += cv::format("%s{\"image_id\": %d, \"category_id\": %d, \"bbox\": [%d, %d, %d, %d]}",
                                boxes.empty() ? "" : ", ", static_cast<int>(i) + 1, o.name == "apple" ? 3 : 7,
                                o.box.x, o.box.y, o.box.width, o.box.height);
    }
    return "{\"categories\": [{\"id\": 7, \"name\": \"plum\"}, {\"id\": 3, \"name\": \"apple\"}], "
           "\"images\": [" +
           list + "], \"annotations\": [" + boxes + "]}";
}

inline std::string yoloLabels(const TrueImage& image)
{
    std::string text;
    for (const TrueObject& o : image.objects)
        text += cv::format("%d %.6f %.6f %.6f %.6f\n", o.name == "plum",
                           (o.box.x + o.box.width / 2.) / image.size.width,
                           (o.box.y + o.box.height / 2.) / image.size.height,
                           o.box.width * 1. / image.size.width, o.box.height * 1. / image.size.height);
    return text;
}

} // namespace opencv_test

#endif
