// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Draws what a model finds in an image, a folder of images or a video.

#include <climits>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "opencv2/dnn_rpn/private/file.hpp"
#include "opencv2/dnn_rpn_train/dataset.hpp"
#include "opencv2/imgcodecs.hpp"

#include "common/draw_found.hpp"
#include "common/finder.hpp"
#include "common/found_writer.hpp"
#include "common/output_guard.hpp"
#include "common/program.hpp"
#include "common/progress.hpp"
#include "common/video.hpp"

using namespace cv;
using namespace cv::dnn_rpn;
using namespace cv::dnn_rpn_train;
namespace fs = std::filesystem;

namespace {

const String about = R"(
Finds objects and writes the images with the boxes drawn, and detections.json with the numbers. Images in a
folder that cannot be decoded are named and left out. --write=voc or yolo gives annotations for LabelImg, CVAT
and others to begin with, in a folder of their own.

  rpn_detect --model=model.onnx --input=photographs --output=found
  rpn_detect --model=model.onnx --input=photographs --output=found --write=voc --draw=false
  rpn_detect --model=model.onnx --input=rtsp://camera/stream --output=found --frames=1000 --track
  rpn_detect --model=model.onnx --input=map.png --output=found --tile=640x640
)";

const String keys =
    "{model       |      | MODEL.onnx, with MODEL.yml beside it}"
    "{input       |      | an image, a folder of images, a video, or the address of one}"
    "{output      |      | folder to write, made if it is not there; images in it are overwritten only if an "
    "earlier detections.json is there, too}"
    "{write       |json  | formats for what was found, besides detections.json; several as in voc,csv: json, "
    "coco, yolo, voc, csv, crops}"
    "{coco_ids    |<none>| of coco: a COCO annotation file, whose ids of images and classes the results get}"
    "{draw        |true  | write the images with the boxes drawn}"
    "{frames      |0     | of a video: end after so many images; 0: all}";

//! Takes images one by one and finds, writes, draws and saves them in batches.
class Work
{
public:
    Work(Finder& finder_, const fs::path& output_, std::vector<std::unique_ptr<FoundWriter>>& writers_,
         bool drawn_)
        : finder(finder_), output(output_), writers(writers_), drawn(drawn_)
    {}

    void add(const Mat& image, const String& name)
    {
        images.push_back(image.clone()); // a video gives the same memory again
        names.push_back(name);
        if (static_cast<int>(images.size()) == finder.batchSize())
            finish();
    }

    void finish()
    {
        if (images.empty())
            return;
        const std::vector<std::vector<FoundBox>> found = finder.find(images);
        for (size_t i = 0; i < images.size(); i++)
        {
            for (const auto& writer : writers)
                writer->add({names[i], images[i], found[i]});
            if (!drawn)
                continue;
            drawFound(images[i], found[i], finder.classes());
            save(images[i], names[i]);
        }
        images.clear();
        names.clear();
    }

    //! Why images could not be written, a line each.
    const std::vector<String>& unwritten() const { return failures; }

private:
    void save(const Mat& image, const String& name)
    {
        // Some formats can be read but not written, or not in each size.
        String path = (output / name).string();
        std::vector<uchar> bytes;
        if (!encode(fs::path(name).extension().string(), image, bytes))
        {
            path += ".png";
            encode(".png", image, bytes);
        }
        try
        {
            writeFile(path, std::string(bytes.begin(), bytes.end()));
        }
        catch (const cv::Exception& e)
        {
            failures.push_back(e.err);
        }
    }

    static bool encode(const String& extension, const Mat& image, std::vector<uchar>& bytes)
    {
        try
        {
            return imencode(extension, image, bytes) && !bytes.empty();
        }
        catch (const cv::Exception&)
        {
            return false;
        }
    }

    Finder& finder;
    const fs::path& output;
    std::vector<std::unique_ptr<FoundWriter>>& writers;
    const bool drawn;
    std::vector<Mat> images;
    std::vector<String> names, failures;
};

//! The image, or why there is none.
Mat readImage(const fs::path& file, String& why)
{
    try
    {
        AnnotatedImage image;
        image.path = file.string();
        return readImage(image);
    }
    catch (const cv::Exception& e)
    {
        why = e.err;
        return Mat();
    }
}

void detectImages(const std::vector<fs::path>& files, Work& work)
{
    Progress progress("detecting", static_cast<int>(files.size()));
    int done = 0;
    std::vector<String> skipped;
    for (const fs::path& file : files)
    {
        String why;
        const Mat image = readImage(file, why);
        if (image.empty())
            skipped.push_back(why);
        else
            work.add(image, file.filename().string());
        progress.show(++done);
        if (interrupted())
            break;
    }
    work.finish();
    for (const String& why : skipped)
        std::fprintf(stderr, "\nskipped: %s\n", why.c_str());
    if (skipped.size() == files.size())
        CV_Error_(Error::StsError, ("not one image could be decoded: %s", skipped[0].c_str()));
}

void detectVideo(VideoInput& video, const String& file, int most, Work& work)
{
    const int expected = video.expected() > 0 && most > 0 ? std::min(most, video.expected())
                                                          : std::max(most, video.expected());
    Progress progress("detecting", std::max(1, expected));
    Mat frame;
    while (!interrupted() && (most == 0 || video.frames() < most) && video.read(frame))
    {
        work.add(frame, format("frame_%06d.jpg", video.frames() - 1));
        progress.show(video.frames());
    }
    work.finish();
    if (video.frames() == 0)
        CV_Error_(Error::StsError,
                  ("'%s' is neither an image nor a video that OpenCV can read", shownAddress(file).c_str()));
    if (!interrupted() && video.frames() != most)
        video.tellIfShort();
}

//! The images to look at; none if the input is a video.
std::vector<fs::path> listImages(const fs::path& input)
{
    if (!fs::is_directory(input))
        return haveImageReader(input.string()) ? std::vector<fs::path>{input} : std::vector<fs::path>();
    std::vector<fs::path> files;
    for (const fs::directory_entry& e : fs::directory_iterator(input))
        if (e.is_regular_file() && haveImageReader(e.path().string()))
            files.push_back(e.path());
    if (files.empty())
        CV_Error_(Error::StsError, ("there are no images in '%s'", input.string().c_str()));
    std::sort(files.begin(), files.end());
    return files;
}

//! Images of the folder must not be overwritten unless they are of an earlier run, which has left its list
//! or, if it was killed, its lock.
void checkFolder(const fs::path& output, std::vector<fs::path> files, const std::vector<FoundFormat>& formats)
{
    if (fs::exists(output / "detections.json") || fs::exists(output / "detections.json.lock"))
        return;
    if (files.empty())
        files.push_back("frame_000000.jpg");
    for (const fs::path& file : files)
        if (fs::exists(output / file.filename()))
            CV_Error_(
                Error::StsBadArg,
                ("--output=%s holds a file '%s' that would be overwritten, and no detections.json of an "
                 "earlier run; name a new folder",
                 output.string().c_str(), file.filename().string().c_str()));
    for (const FoundFormat& format : formats)
        if (*format.folder)
            checkEmptyFolder({"--output", (output / format.folder).string()});
}

//! The images to look at; none if the input is a video. cv::Exception if the output would be put among them.
std::vector<fs::path> readInput(const String& input, const fs::path& output)
{
    if (isAddress(input))
        return {};
    const fs::path path{std::string(input)};
    std::error_code error;
    if (!fs::exists(path, error))
        CV_Error_(Error::StsError, ("there is no '%s'", input.c_str()));
    const fs::path source = fs::is_directory(path) ? path : fs::absolute(path).parent_path();
    if (fs::equivalent(source, output, error))
        CV_Error_(Error::StsBadArg, ("--output=%s is where the input lies; its images would be overwritten",
                                     output.string().c_str()));
    return listImages(path);
}

void detect(CommandLineParser& options)
{
    const String input = options.get<String>("input");
    const fs::path output(std::string(options.get<String>("output")));
    const std::vector<fs::path> files = readInput(input, output);
    const std::vector<FoundFormat> formats = formatsOption("--write", options.get<String>("write"));
    const bool drawn = flagOption(options, "draw");
    const int most = countOption(options, "frames", 0, INT_MAX);
    checkFolder(output, files, formats);
    Finder finder(options);
    std::unique_ptr<VideoInput> video;
    if (files.empty())
        video = std::make_unique<VideoInput>(input);
    std::error_code error;
    fs::create_directories(output, error);
    const String jsonPath = (output / "detections.json").string();
    checkWritable(jsonPath);
    const OutputLock lock({"--output", jsonPath});

    FoundOutput wanted;
    wanted.classes = finder.classes();
    wanted.tracked = finder.tracked();
    if (options.has("coco_ids"))
        wanted.cocoIds = options.get<String>("coco_ids");
    std::vector<std::unique_ptr<FoundWriter>> writers;
    for (const FoundFormat& format : formats)
    {
        wanted.folder = (output / format.folder).string();
        writers.push_back(format.make(wanted));
    }
    catchInterrupts();
    Work work(finder, output, writers, drawn);
    if (video)
        detectVideo(*video, input, most, work);
    else
        detectImages(files, work);
    for (const auto& writer : writers)
        writer->finish();
    if (!work.unwritten().empty())
        CV_Error_(Error::StsError,
                  ("%d images could not be written, the first: %s; wrote %s",
                   static_cast<int>(work.unwritten().size()), work.unwritten()[0].c_str(), jsonPath.c_str()));
    std::printf("wrote %s and the images beside it\n", jsonPath.c_str());
}

} // namespace

int main(int argc, char** argv)
{
    return runProgram(argc, argv, about, keys + finderKeys(), detect);
}
