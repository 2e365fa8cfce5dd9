// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Draws what a model finds in an image, a folder of images or a video.

#include <climits>
#include <cstdio>
#include <filesystem>
#include <sstream>

#include "opencv2/dnn_rpn.hpp"
#include "opencv2/dnn_rpn/private/file.hpp"
#include "opencv2/dnn_rpn_train/dataset.hpp"
#include "opencv2/imgcodecs.hpp"
#include "opencv2/imgproc.hpp"

#include "common/json.hpp"
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
folder that cannot be decoded are named and left out.

  rpn_detect --model=model.onnx --input=photographs --output=found
  rpn_detect --model=model.onnx --input=map.png --output=found --tile=640x640
)";

const String keys =
    "{model       |      | MODEL.onnx, with MODEL.yml beside it}"
    "{input       |      | an image, a folder of images, or a video}"
    "{output      |      | folder to write, made if it is not there; images in it are overwritten only if an "
    "earlier detections.json is there, too}"
    "{threshold   |<none>| boxes with a lower score are left out; without it the model says which}"
    "{thresholds  |<none>| for single classes instead, as in cat:0.5,dog:0.3}"
    "{suppression |hard  | of boxes that overlap a better one: none, hard, or soft: linear, gaussian}"
    "{nms         |0.3   | IoU above which the lower-scored of two boxes is left out (hard), or loses "
    "(linear)}"
    "{sigma       |0.5   | of gaussian: the smaller, the more an overlap costs}"
    "{across      |false | boxes of different classes suppress each other, too}"
    "{max         |0     | how many boxes an image at most; 0: all}"
    "{tile        |<none>| look at each image in tiles of that size, such as 640x640: for small objects}"
    "{overlap     |0.2   | share of a tile that neighbours have in common}"
    "{batch       |1     | images that the network takes at a time}";

//! "cat:0.5,dog:0.3" as one number a class; the others get `threshold`.
std::vector<float> thresholdsOption(CommandLineParser& options, const std::vector<String>& classes,
                                    float threshold)
{
    const String text = options.get<String>("thresholds");
    std::vector<float> thresholds(classes.size(), threshold);
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');)
    {
        const size_t colon = part.rfind(':');
        const auto at = std::find(classes.begin(), classes.end(), part.substr(0, colon));
        float value = 0;
        char rest = 0;
        if (at == classes.end() || colon == std::string::npos ||
            std::sscanf(part.c_str() + colon + 1, "%f%c", &value, &rest) != 1 || !(value >= 0 && value <= 1))
        {
            String known;
            for (const String& name : classes)
                known += " " + name;
            CV_Error_(Error::StsBadArg, ("--thresholds=%s: '%s' is no class and number in 0..1, such as "
                                         "%s:0.5; the classes are:%s",
                                         text.c_str(), part.c_str(), classes[0].c_str(), known.c_str()));
        }
        thresholds[at - classes.begin()] = value;
    }
    return thresholds;
}

//! The detector as the options want it.
class Finder
{
public:
    explicit Finder(CommandLineParser& options)
        : detector(options.get<String>("model")), batch(countOption(options, "batch", 1, 1024)),
          tiled(options.has("tile")), overlap(static_cast<float>(numberOption(options, "overlap", 0, 0.9)))
    {
        const float threshold = options.has("threshold")
                                    ? static_cast<float>(numberOption(options, "threshold", 0, 1))
                                    : detector.description().scoreThreshold;
        detector.setClassThresholds(
            options.has("thresholds") ? thresholdsOption(options, detector.description().classes, threshold)
                                      : std::vector<float>(detector.description().classes.size(), threshold));
        const std::vector<String> methods = {"none", "hard", "linear", "gaussian"}; // as in Suppression
        const String method = choiceOption(options, "suppression", methods);
        const double nms = numberOption(options, "nms", 0, 1),
                     sigma = numberOption(options, "sigma", 1e-3, 1e3);
        detector.setSuppression(
            static_cast<int>(std::find(methods.begin(), methods.end(), method) - methods.begin()),
            static_cast<float>(method == "gaussian" ? sigma : nms));
        detector.setNmsAcrossClasses(options.get<bool>("across"));
        detector.setMaxDetections(countOption(options, "max", 0, INT_MAX));
        if (tiled)
            tile = sizeOption(options, "tile");
        if (tiled && batch > 1)
            CV_Error(Error::StsBadArg,
                     "--batch and --tile do not go together: tiles are looked at one by one");
    }

    int batchSize() const { return batch; }

    void find(const std::vector<Mat>& images, std::vector<Mat>& boxes, std::vector<Mat>& scores,
              std::vector<Mat>& labels)
    {
        if (!tiled)
        {
            detector.detectBatch(images, boxes, scores, labels);
            return;
        }
        boxes.resize(1);
        scores.resize(1);
        labels.resize(1);
        detector.detectTiles(images[0], boxes[0], scores[0], labels[0], tile, overlap);
    }

    String className(int label) const { return detector.className(label); }

private:
    Detector detector;
    int batch;
    bool tiled;
    Size tile;
    float overlap;
};

//! Takes images one by one and finds, draws, notes and saves them in batches.
class Work
{
public:
    Work(Finder& finder_, const fs::path& output_) : finder(finder_), output(output_) {}

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
        std::vector<Mat> boxes, scores, labels;
        finder.find(images, boxes, scores, labels);
        for (size_t i = 0; i < images.size(); i++)
        {
            const Json detections = asJson(boxes[i], scores[i], labels[i]);
            json += (json.empty() ? "" : ",\n") +
                    Json{{"image", escapeInvalidUtf8(names[i])}, {"detections", detections}}.dump(4);
            draw(images[i], boxes[i], scores[i]);
            save(images[i], names[i]);
        }
        images.clear();
        names.clear();
    }

    String text() const { return "{\"images\": [\n" + json + "\n]}\n"; }

    //! Why images could not be written, a line each.
    const std::vector<String>& unwritten() const { return failures; }

private:
    Json asJson(const Mat& boxes, const Mat& scores, const Mat& labels) const
    {
        Json list = Json::array();
        for (int i = 0; i < boxes.rows; i++)
        {
            const Vec4f b = *boxes.ptr<Vec4f>(i);
            list.push_back({{"label", escapeInvalidUtf8(finder.className(labels.at<int>(i)))},
                            {"score", scores.at<float>(i)},
                            {"x1", b[0]},
                            {"y1", b[1]},
                            {"x2", b[2]},
                            {"y2", b[3]}});
        }
        return list;
    }

    static void draw(Mat& image, const Mat& boxes, const Mat& scores)
    {
        const int thickness = std::max(1, std::max(image.cols, image.rows) / 400);
        for (int i = 0; i < boxes.rows; i++)
        {
            const Vec4f b = *boxes.ptr<Vec4f>(i);
            const Point corner(cvRound(b[0]), cvRound(b[1]));
            rectangle(image, corner, Point(cvRound(b[2]), cvRound(b[3])), Scalar(0, 200, 0), thickness,
                      LINE_AA);
            putText(image, format("%.2f", scores.at<float>(i)), corner + Point(2, 12 * thickness),
                    FONT_HERSHEY_SIMPLEX, 0.4 * thickness, Scalar(0, 90, 0), thickness, LINE_AA);
        }
    }

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
    std::string json;
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

void detectVideo(const fs::path& file, Work& work)
{
    VideoInput video(file.string());
    Progress progress("detecting", std::max(1, video.expected()));
    Mat frame;
    while (!interrupted() && video.read(frame))
    {
        work.add(frame, format("frame_%06d.jpg", video.frames() - 1));
        progress.show(video.frames());
    }
    work.finish();
    if (video.frames() == 0)
        CV_Error_(Error::StsError,
                  ("'%s' is neither an image nor a video that OpenCV can read", file.string().c_str()));
    if (!interrupted())
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
void checkFolder(const fs::path& output, std::vector<fs::path> files)
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
}

void detect(CommandLineParser& options)
{
    const fs::path input(options.get<String>("input")), output(options.get<String>("output"));
    std::error_code error;
    if (!fs::exists(input, error))
        CV_Error_(Error::StsError, ("there is no '%s'", input.string().c_str()));
    const fs::path source = fs::is_directory(input) ? input : fs::absolute(input).parent_path();
    if (fs::equivalent(source, output, error))
        CV_Error_(Error::StsBadArg, ("--output=%s is where the input lies; its images would be overwritten",
                                     output.string().c_str()));
    const std::vector<fs::path> files = listImages(input);
    checkFolder(output, files);
    Finder finder(options);
    fs::create_directories(output, error);
    const String jsonPath = (output / "detections.json").string();
    checkWritable(jsonPath);
    const OutputLock lock({"--output", jsonPath});
    catchInterrupts();
    Work work(finder, output);
    if (files.empty())
        detectVideo(input, work);
    else
        detectImages(files, work);
    writeFile(jsonPath, work.text());
    if (!work.unwritten().empty())
        CV_Error_(Error::StsError,
                  ("%d images could not be written, the first: %s; wrote %s",
                   static_cast<int>(work.unwritten().size()), work.unwritten()[0].c_str(), jsonPath.c_str()));
    std::printf("wrote %s and the images beside it\n", jsonPath.c_str());
}

} // namespace

int main(int argc, char** argv)
{
    return runProgram(argc, argv, about, keys, detect);
}
