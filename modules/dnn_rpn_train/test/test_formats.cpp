// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Every layout that annotation tools leave, drawn with the same two images, must read as the same data set.
#include <functional>
#include <map>

#include "annotated.hpp"

namespace opencv_test {
namespace {

struct Layout
{
    const char *name, *format, *split;
    std::function<void(const Scratch&)> draw;
};

using Writer = std::function<std::string(const TrueImage&)>;

//! Writes the images to one folder and a file for each to another.
void drawEach(const Scratch& s, const std::string& images, const std::string& annotations,
              const std::string& extension, const Writer& text)
{
    for (const TrueImage& image : trueImages())
    {
        writeImage(s / (images + image.stem + ".png"), image.size);
        writeText(s / (annotations + image.stem + extension), text(image));
    }
}

void drawImages(const Scratch& s, const std::string& folder)
{
    for (const TrueImage& image : trueImages())
        writeImage(s / (folder + image.stem + ".png"), image.size);
}

std::string voc(const TrueImage& image)
{
    return vocXml(image, image.stem + ".png");
}

//! What belongs to no split that is asked for.
void drawOther(const Scratch& s, const std::string& image, const std::string& annotation,
               const std::string& text)
{
    writeImage(s / image, Size(40, 30));
    writeText(s / annotation, text);
}

const TrueImage other{"c", Size(40, 30), {{"plum", Rect(1, 1, 5, 5)}}};

std::string cvat(const char* subset)
{
    std::string xml = "<?xml version=\"1.0\" encoding=\"utf-8\"?><annotations><version>1.1</version>";
    for (const TrueImage& image : trueImages())
    {
        xml += cv::format("<image name=\"%s.png\"%s width=\"%d\" height=\"%d\">", image.stem.c_str(), subset,
                          image.size.width, image.size.height);
        for (const TrueObject& o : image.objects)
            if (o.name == "apple") // drawn as a polygon
                xml += cv::format("<polygon label=\"apple\" points=\"%d.00,%d.00;%d,%d;%d,%d\"/>", o.box.x,
                                  o.box.y, o.box.br().x, o.box.y, o.box.x + 3, o.box.br().y);
            else
                xml += cv::format(
                    "<box label=\"%s\" xtl=\"%d\" ytl=\"%d.0\" xbr=\"%d\" ybr=\"%d\" occluded=\"0\"/>",
                    o.name.c_str(), o.box.x, o.box.y, o.box.br().x, o.box.br().y);
        xml += "</image>";
    }
    return xml + "</annotations>";
}

std::string labelMe(const TrueImage& image)
{
    std::string json = "{\"version\": \"5.0\", \"flags\": {}, \"shapes\": [";
    for (const TrueObject& o : image.objects)
        json += cv::format(
            "%s{\"label\": \"%s\", \"points\": [[%d, %d], [%d.0, %d]], \"shape_type\": \"rectangle\"}",
            json.back() == '}' ? ", " : "", o.name.c_str(), o.box.br().x, o.box.y, o.box.x, o.box.br().y);
    return json +
           cv::format("], \"imagePath\": \"..\\\\pics\\\\%s.png\", \"imageData\": null, \"imageHeight\": %d, "
                      "\"imageWidth\": %d}",
                      image.stem.c_str(), image.size.height, image.size.width);
}

std::string createMl()
{
    std::string json;
    for (const TrueImage& image : trueImages())
    {
        std::string list;
        for (const TrueObject& o : image.objects)
            list += cv::format("%s{\"label\": \"%s\", \"coordinates\": {\"x\": %g, \"y\": %g, \"width\": %d, "
                               "\"height\": %d}}",
                               list.empty() ? "" : ",", o.name.c_str(), o.box.x + o.box.width / 2.,
                               o.box.y + o.box.height / 2., o.box.width, o.box.height);
        json += (json.empty() ? "[" : ",") + cv::format("{\"image\": \"%s.png\", \"annotations\": [%s]}",
                                                        image.stem.c_str(), list.c_str());
    }
    return json + "]";
}

std::string imglab()
{
    std::string xml = "<?xml version='1.0'?><dataset><name>fruit</name><images>";
    for (const TrueImage& image : trueImages())
    {
        xml += "<image file='pics/" + image.stem + ".png'>";
        for (const TrueObject& o : image.objects)
            xml += cv::format("<box top='%d' left='%d' width='%d' height='%d'><label>%s</label></box>",
                              o.box.y, o.box.x, o.box.width, o.box.height, o.name.c_str());
        xml += "</image>";
    }
    return xml + "</images></dataset>";
}

//! A row an object; %n name, %x %y %X %Y corners, %u %v %U %V the same as shares, %w %h size of the image, %c
//! class.
std::string table(const std::string& titles, const std::string& row)
{
    std::string text = titles;
    for (const TrueImage& image : trueImages())
        for (const TrueObject& o : image.objects)
        {
            const std::map<char, std::string> values{
                {'n', image.stem},
                {'c', o.name},
                {'x', std::to_string(o.box.x)},
                {'y', std::to_string(o.box.y)},
                {'X', std::to_string(o.box.br().x)},
                {'Y', std::to_string(o.box.br().y)},
                {'u', cv::format("%.6f", o.box.x * 1. / image.size.width)},
                {'v', cv::format("%.6f", o.box.y * 1. / image.size.height)},
                {'U', cv::format("%.6f", o.box.br().x * 1. / image.size.width)},
                {'V', cv::format("%.6f", o.box.br().y * 1. / image.size.height)},
                {'w', std::to_string(image.size.width)},
                {'h', std::to_string(image.size.height)}};
            for (size_t i = 0; i < row.size(); i++)
                text += row[i] == '%' ? values.at(row[++i]) : std::string(1, row[i]);
            text += "\n";
        }
    return text;
}

std::string polygons(const TrueImage& image)
{
    std::string text;
    for (const TrueObject& o : image.objects)
    {
        const double w = image.size.width, h = image.size.height, x = o.box.x / w, y = o.box.y / h,
                     right = o.box.br().x / w, bottom = o.box.br().y / h;
        text += o.name == "plum" ? cv::format("1 %.6f %.6f %.6f %.6f %.6f %.6f\n", x, y, right, y, x, bottom)
                                 : cv::format("0 %.6f %.6f %.6f %.6f %.6f %.6f %.6f %.6f\n", x, y, right, y,
                                              right, bottom, x, bottom);
    }
    return text;
}

const char* const namesYaml = "names: [apple, plum]\n";

std::vector<Layout> vocLayouts()
{
    return {{"PascalVoc", "voc", "train",
             [](const Scratch& s) {
                 drawEach(s, "JPEGImages/", "Annotations/", ".xml", voc);
                 drawOther(s, "JPEGImages/c.png", "Annotations/c.xml", vocXml(other, "c.png"));
                 writeText(s / "ImageSets/Main/train.txt", "a\nb\n");
                 writeText(s / "ImageSets/Main/test.txt", "c\n");
             }},
            {"VocDevkitParent", "voc", "train",
             [](const Scratch& s) {
                 drawEach(s, "VOCdevkit/VOC2007/JPEGImages/", "VOCdevkit/VOC2007/Annotations/", ".xml", voc);
                 drawOther(s, "VOCdevkit/VOC2007/JPEGImages/c.png", "VOCdevkit/VOC2007/Annotations/c.xml",
                           vocXml(other, "c.png"));
                 writeText(s / "VOCdevkit/VOC2007/ImageSets/Main/train.txt", "a\nb\n");
             }},
            {"LabelImgBesideImages", "voc", "trainval",
             [](const Scratch& s) { drawEach(s, "", "", ".xml", voc); }},
            {"LabelStudioVoc", "voc", "trainval",
             [](const Scratch& s) { drawEach(s, "images/", "Annotations/", ".xml", voc); }},
            {"KaggleVoc", "voc", "trainval",
             [](const Scratch& s) { drawEach(s, "images/", "annotations/", ".xml", voc); }},
            {"FiftyOneVoc", "voc", "trainval",
             [](const Scratch& s) { drawEach(s, "data/", "labels/", ".xml", voc); }},
            {"RoboflowVoc", "voc", "train", [](const Scratch& s) {
                 drawEach(s, "train/", "train/", ".xml", voc);
                 drawOther(s, "valid/c.png", "valid/c.xml", vocXml(other, "c.png"));
             }}};
}

std::vector<Layout> cocoLayouts()
{
    const std::vector<TrueImage> others{other};
    return {{"Coco2017", "coco", "train2017",
             [=](const Scratch& s) {
                 drawImages(s, "train2017/");
                 writeText(s / "annotations/instances_train2017.json", cocoJson(trueImages()));
                 writeText(s / "annotations/captions_train2017.json",
                           "{\"images\": [], \"annotations\": []}");
                 drawOther(s, "val2017/c.png", "annotations/instances_val2017.json", cocoJson(others));
             }},
            {"CvatCoco", "coco", "default",
             [](const Scratch& s) {
                 drawImages(s, "images/default/");
                 writeText(s / "annotations/instances_default.json", cocoJson(trueImages()));
             }},
            {"RoboflowCoco", "coco", "trainval", // there is only train
             [=](const Scratch& s) {
                 drawImages(s, "train/");
                 writeText(s / "train/_annotations.coco.json", cocoJson(trueImages()));
                 drawOther(s, "valid/c.png", "valid/_annotations.coco.json", cocoJson(others));
             }},
            {"FiftyOneCoco", "coco", "trainval",
             [](const Scratch& s) {
                 drawImages(s, "data/");
                 writeText(s / "labels.json", cocoJson(trueImages()));
             }},
            {"LabelStudioCoco", "coco", "trainval", [](const Scratch& s) {
                 drawImages(s, "images/");
                 writeText(s / "result.json", cocoJson(trueImages(), "..\\\\data\\\\upload\\\\4\\\\"));
             }}};
}

std::vector<Layout> yoloLayouts()
{
    return {{"UltralyticsYolo", "yolo", "test", // val, as there is no test
             [](const Scratch& s) {
                 drawEach(s, "images/val/", "labels/val/", ".txt", yoloLabels);
                 drawOther(s, "images/train/c.png", "labels/train/c.txt", yoloLabels(other));
                 writeText(s / "data.yaml", "path: ../sets/fruit\ntrain: images/train\nval: images/val\n"
                                            "names:\n  0: apple\n  1: plum\n");
             }},
            {"RoboflowYolo", "yolo", "valid",
             [](const Scratch& s) {
                 drawEach(s, "valid/images/", "valid/labels/", ".txt", yoloLabels);
                 drawOther(s, "train/images/c.png", "train/labels/c.txt", yoloLabels(other));
                 writeText(s / "data.yaml",
                           "train: ../train/images\nval: ../valid/images\nnc: 2\nnames: ['apple', 'plum']\n");
             }},
            {"YamlNamesTheFolders", "yolo", "train",
             [](const Scratch& s) {
                 drawEach(s, "images/summer/", "labels/summer/", ".txt", yoloLabels);
                 drawOther(s, "images/winter/c.png", "labels/winter/c.txt", yoloLabels(other));
                 writeText(s / "fruit.yaml",
                           "train: /home/somebody/fruit/images/summer\nval: images/winter\n" +
                               std::string(namesYaml));
             }},
            {"CvatYolo", "yolo", "train",
             [](const Scratch& s) {
                 drawEach(s, "obj_train_data/", "obj_train_data/", ".txt", yoloLabels);
                 drawOther(s, "obj_train_data/c.png", "obj_train_data/c.txt", yoloLabels(other));
                 writeText(s / "train.txt", "data/obj_train_data/a.png\ndata/obj_train_data/b.png\n");
                 writeText(s / "obj.names", "apple\nplum\n");
                 writeText(s / "obj.data", "classes = 2\ntrain = data/train.txt\nnames = data/obj.names\n");
             }},
            {"RoboflowDarknet", "yolo", "train",
             [](const Scratch& s) {
                 drawEach(s, "train/", "train/", ".txt", yoloLabels);
                 writeText(s / "train/_darknet.labels", "apple\nplum\n");
             }},
            {"LabelStudioYolo", "yolo", "trainval",
             [](const Scratch& s) {
                 drawEach(s, "images/", "labels/", ".txt", yoloLabels);
                 writeText(s / "classes.txt", "apple\nplum\n");
                 writeText(s / "notes.json", "{\"categories\": [{\"id\": 0, \"name\": \"apple\"}]}");
             }},
            {"OneFolder", "yolo", "trainval",
             [](const Scratch& s) {
                 drawEach(s, "", "", ".txt", yoloLabels);
                 writeText(s / "classes.txt", "apple\nplum\n");
             }},
            {"YoloPolygonsAndOrientedBoxes", "yolo", "train", [](const Scratch& s) {
                 drawEach(s, "images/train/", "labels/train/", ".txt", polygons);
                 writeText(s / "data.yaml", namesYaml);
             }}};
}

std::vector<Layout> otherLayouts()
{
    return {
        {"LabelMe", "labelme", "trainval", [](const Scratch& s) { drawEach(s, "", "", ".json", labelMe); }},
        {"CvatForImages", "cvat", "trainval",
         [](const Scratch& s) {
             drawImages(s, "images/");
             writeText(s / "annotations.xml", cvat(""));
         }},
        {"CvatSubsets", "cvat", "train",
         [](const Scratch& s) {
             drawImages(s, "images/train/");
             writeText(s / "annotations.xml", cvat(" subset=\"train\""));
         }},
        {"CreateMl", "createml", "train",
         [](const Scratch& s) {
             drawImages(s, "train/");
             writeText(s / "train/_annotations.createml.json", createMl());
         }},
        {"Imglab", "imglab", "training",
         [](const Scratch& s) {
             drawImages(s, "pics/");
             writeText(s / "training.xml", imglab());
         }},
        {"TableOfRoboflow", "csv", "train",
         [](const Scratch& s) {
             drawImages(s, "train/");
             writeText(
                 s / "train/_annotations.csv",
                 table("filename,width,height,class,xmin,ymin,xmax,ymax\n", "%n.png,%w,%h,%c,%x,%y,%X,%Y"));
         }},
        {"TableWithoutTitles", "csv", "trainval",
         [](const Scratch& s) {
             drawImages(s, "pics/");
             writeText(s / "boxes.csv", table("", "pics/%n.png,%x,%y,%X,%Y,%c"));
         }},
        {"TableWithSemicolons", "csv", "trainval",
         [](const Scratch& s) {
             drawImages(s, "");
             writeText(s / "boxes.csv", "\xEF\xBB\xBF" + table("\"Image Path\";X1;Y1;X2;Y2;Label\r\n",
                                                               "\"C:\\pics\\%n.png\";%x;%y;%X;%Y;\"%c\""));
         }},
        {"OpenImages", "csv", "train", [](const Scratch& s) {
             drawImages(s, "train/");
             writeText(s / "train-annotations-bbox.csv",
                       table("ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax\n",
                             "%n,xclick,%c,1,%u,%U,%v,%V"));
         }}};
}

std::vector<Layout> allLayouts()
{
    std::vector<Layout> all;
    for (const std::vector<Layout>& some : {vocLayouts(), cocoLayouts(), yoloLayouts(), otherLayouts()})
        all.insert(all.end(), some.begin(), some.end());
    return all;
}

void expectTheSameData(const Layout& layout)
{
    SCOPED_TRACE(layout.name);
    const Scratch s;
    layout.draw(s);
    const Dataset set = Dataset::read(s.path(), layout.split);
    EXPECT_EQ(layout.format, set.format);
    EXPECT_EQ((std::vector<String>{"apple", "plum"}), set.classes);
    EXPECT_EQ(0, set.imagesLeftOut + set.objectsLeftOut);
    const std::vector<TrueImage> truth = trueImages();
    ASSERT_EQ(truth.size(), set.images.size());
    for (size_t i = 0; i < truth.size(); i++)
    {
        const AnnotatedImage& image = set.images[i];
        SCOPED_TRACE(image.path);
        EXPECT_TRUE(contains(image.path, truth[i].stem + ".png"));
        EXPECT_EQ(truth[i].size, image.size);
        EXPECT_EQ(truth[i].size, readImage(image).size());
        ASSERT_EQ(truth[i].objects.size(), image.objects.size());
        for (size_t k = 0; k < image.objects.size(); k++)
        {
            const Rect& b = truth[i].objects[k].box;
            EXPECT_LT(cv::norm(Vec4f(Vec4i(b.x, b.y, b.br().x, b.br().y)), image.objects[k].box, NORM_INF),
                      1e-3);
            EXPECT_EQ(truth[i].objects[k].name, set.classes[image.objects[k].label - 1]);
        }
    }
    const bool renamed = std::string(layout.split) == "test" || std::string(layout.name) == "RoboflowCoco";
    EXPECT_EQ(set.unsplit || renamed ? 1u : 0u, set.remarks.size());
}

TEST(Format, layoutsAreReadAsTheSameData)
{
    for (const Layout& layout : allLayouts())
        expectTheSameData(layout);
}

TEST(Format, canBeNamed)
{
    const Scratch s;
    drawEach(s, "", "", ".xml", voc);
    drawEach(s, "", "", ".txt", [](const TrueImage& image) { return yoloLabels(image); });
    EXPECT_EQ("voc", Dataset::read(s.path(), "").format);
    EXPECT_TRUE(contains(Dataset::read(s.path(), "").remarks.at(0), "yolo"));
    DatasetParams params;
    params.format = "yolo";
    const Dataset set = Dataset::read(s.path(), "", params);
    EXPECT_EQ("yolo", set.format);
    EXPECT_EQ((std::vector<String>{"0", "1"}), set.classes);
    params.format = "coco";
    EXPECT_TRUE(contains(errorOf([&] { Dataset::read(s.path(), "", params); }), "no JSON file"));
    params.format = "kitti";
    EXPECT_TRUE(contains(errorOf([&] { Dataset::read(s.path(), "", params); }), "auto voc"));
}

TEST(Format, annotationsAndImagesMayLieApart)
{
    const Scratch s, elsewhere;
    drawImages(elsewhere, "");
    writeText(s / "sub/boxes.json", cocoJson(trueImages()));
    writeText(s / "sub/other.json", cocoJson({other}));
    DatasetParams params;
    params.annotations = "sub/boxes.json";
    params.images = elsewhere.path();
    EXPECT_EQ(3, Dataset::read(s.path(), "train", params).countObjects());
    params.annotations = s / "sub/none.json";
    EXPECT_TRUE(contains(errorOf([&] { Dataset::read(s.path(), "train", params); }), "none.json"));
}

} // namespace
} // namespace opencv_test
