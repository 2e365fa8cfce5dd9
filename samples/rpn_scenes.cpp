// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Draws a data set in Pascal VOC layout, so that training can be tried without a download.

#include <climits>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "opencv2/imgcodecs.hpp"

#include "common/output_guard.hpp"
#include "common/program.hpp"
#include "common/progress.hpp"
#include "common/scene.hpp"

using namespace cv;
namespace fs = std::filesystem;

namespace {

const String about = R"(
Draws images of overlapping cells, rings and plates with their boxes, as a data set in Pascal VOC layout:
JPEGImages, Annotations, ImageSets/Main/{train,val,trainval,test}.txt (60, 20, 80 and 20 of 100).

  rpn_scenes --output=scenes --count=200
)";

const String keys = "{output |        | folder to write: a new or an empty one}"
                    "{count  |200     | images, at least 5}"
                    "{size   |400x300 | width x height of the images}"
                    "{objects |0      | objects in every image; 0: 3 to 14, and some images are empty}"
                    "{seed   |0       | the same seed draws the same images}";

void writeText(const fs::path& path, const std::string& text)
{
    std::ofstream out(path);
    out << text;
    out.close();
    if (!out)
        CV_Error_(Error::StsError, ("cannot write '%s'", path.string().c_str()));
}

std::string annotation(const std::string& name, const Scene& scene)
{
    std::ostringstream xml;
    xml << "<annotation>\n  <folder>JPEGImages</folder>\n  <filename>" << name << ".jpg</filename>\n"
        << "  <size><width>" << scene.image.cols << "</width><height>" << scene.image.rows
        << "</height><depth>3</depth></size>\n";
    for (const SceneObject& o : scene.objects)
        xml << "  <object>\n    <name>" << o.name << "</name>\n    <difficult>" << o.difficult
            << "</difficult>\n"
            << "    <bndbox><xmin>" << o.box.x << "</xmin><ymin>" << o.box.y << "</ymin><xmax>"
            << o.box.br().x << "</xmax><ymax>" << o.box.br().y << "</ymax></bndbox>\n  </object>\n";
    xml << "</annotation>\n";
    return xml.str();
}

void drawAll(CommandLineParser& options)
{
    const fs::path root(options.get<String>("output"));
    const int count = countOption(options, "count", 5, 1000000);
    const Size size = sizeOption(options, "size");
    const int objects = countOption(options, "objects", 0, 1000);
    checkEmptyFolder({"--output", root.string()});
    std::error_code error;
    for (const char* folder : {"JPEGImages", "Annotations", "ImageSets/Main"})
    {
        fs::create_directories(root / folder, error);
        if (error)
            CV_Error_(Error::StsError,
                      ("cannot make '%s': %s", (root / folder).string().c_str(), error.message().c_str()));
    }
    RNG rng(static_cast<uint64>(countOption(options, "seed", 0, INT_MAX)) + 1);
    std::string train, val, test;
    Progress progress("drawing", count);
    for (int i = 0; i < count; i++)
    {
        const Scene scene = drawScene(size, rng, objects);
        const std::string name = format("scene_%05d", i),
                          image = (root / "JPEGImages" / (name + ".jpg")).string();
        if (!imwrite(image, scene.image, {IMWRITE_JPEG_QUALITY, 90}))
            CV_Error_(Error::StsError, ("cannot write '%s'", image.c_str()));
        writeText(root / "Annotations" / (name + ".xml"), annotation(name, scene));
        (i % 5 < 3 ? train : i % 5 == 3 ? val : test) += name + "\n";
        progress.show(i + 1);
    }
    const fs::path lists = root / "ImageSets" / "Main";
    writeText(lists / "train.txt", train);
    writeText(lists / "val.txt", val);
    writeText(lists / "trainval.txt", train + val);
    writeText(lists / "test.txt", test);
    std::cout << "wrote " << root.string() << std::endl;
}

} // namespace

int main(int argc, char** argv)
{
    return runProgram(argc, argv, about, keys, drawAll);
}
