// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Draws what a model finds in a picture, a folder of pictures or a video.

#include <climits>
#include <cstdio>
#include <filesystem>
#include <sstream>

#include "opencv2/dnn_rpn.hpp"
#include "opencv2/dnn_rpn/private/file.hpp"
#include "opencv2/imgcodecs.hpp"
#include "opencv2/imgproc.hpp"
#include "opencv2/videoio.hpp"

#include "common/program.hpp"
#include "common/progress.hpp"

using namespace cv;
using namespace cv::dnn_rpn;
namespace fs = std::filesystem;

namespace {

const String about = R"(
Finds objects and writes the pictures with the boxes drawn, and detections.json with the numbers. Pictures
in a folder that cannot be decoded are named and left out.

  rpn_detect --model=model.onnx --input=photographs --output=found
  rpn_detect --model=model.onnx --input=map.png --output=found --tile=640x640
)";

const String keys =
    "{model       |      | MODEL.onnx, with MODEL.yml beside it}"
    "{input       |      | a picture, a folder of pictures, or a video}"
    "{output      |      | folder to write, made if it is not there}"
    "{threshold   |<none>| boxes with a lower score are left out; without it the model says which}"
    "{thresholds  |<none>| for single classes instead, as in cat:0.5,dog:0.3}"
    "{suppression |hard  | of boxes that overlap a better one: none, hard, or soft: linear, gaussian}"
    "{nms         |0.3   | IoU above which the lower-scored of two boxes is left out (hard), or loses "
    "(linear)}"
    "{sigma       |0.5   | of gaussian: the smaller, the more an overlap costs}"
    "{across      |false | boxes of different classes suppress each other, too}"
    "{max         |0     | how many boxes a picture at most; 0: all}"
    "{tile        |<none>| look at each picture in tiles of that size, such as 640x640: for small objects}"
    "{overlap     |0.2   | share of a tile that neighbours have in common}"
    "{batch       |1     | pictures that the network takes at a time}";

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

    void find(const std::vector<Mat>& pictures, std::vector<Mat>& boxes, std::vector<Mat>& scores,
              std::vector<Mat>& labels)
    {
        if (!tiled)
        {
            detector.detectBatch(pictures, boxes, scores, labels);
            return;
        }
        boxes.resize(1);
        scores.resize(1);
        labels.resize(1);
        detector.detectTiles(pictures[0], boxes[0], scores[0], labels[0], tile, overlap);
    }

    String className(int label) const { return detector.className(label); }

private:
    Detector detector;
    int batch;
    bool tiled;
    Size tile;
    float overlap;
};

//! Takes pictures one by one and finds, draws, notes and saves them in batches.
class Work
{
public:
    Work(Finder& finder_, const fs::path& output_, FileStorage& json_)
        : finder(finder_), output(output_), json(json_)
    {}

    void add(const Mat& picture, const String& name)
    {
        pictures.push_back(picture.clone()); // a video gives the same memory again
        names.push_back(name);
        if (static_cast<int>(pictures.size()) == finder.batchSize())
            finish();
    }

    void finish()
    {
        if (pictures.empty())
            return;
        std::vector<Mat> boxes, scores, labels;
        finder.find(pictures, boxes, scores, labels);
        for (size_t i = 0; i < pictures.size(); i++)
        {
            show(pictures[i], names[i], boxes[i], scores[i], labels[i]);
            const fs::path path = output / (haveImageWriter(names[i]) ? names[i] : names[i] + ".jpg");
            if (!imwrite(path.string(), pictures[i]))
                CV_Error_(Error::StsError, ("cannot write '%s'", path.string().c_str()));
        }
        pictures.clear();
        names.clear();
    }

private:
    void show(Mat& picture, const String& name, const Mat& boxes, const Mat& scores, const Mat& labels)
    {
        json << "{"
             << "picture" << name << "detections"
             << "[";
        const int thickness = std::max(1, std::max(picture.cols, picture.rows) / 400);
        for (int i = 0; i < boxes.rows; i++)
        {
            const Vec4f b = *boxes.ptr<Vec4f>(i);
            json << "{"
                 << "label" << finder.className(labels.at<int>(i)) << "score" << scores.at<float>(i) << "x1"
                 << b[0] << "y1" << b[1] << "x2" << b[2] << "y2" << b[3] << "}";
            const Point corner(cvRound(b[0]), cvRound(b[1]));
            rectangle(picture, corner, Point(cvRound(b[2]), cvRound(b[3])), Scalar(0, 200, 0), thickness,
                      LINE_AA);
            putText(picture, format("%.2f", scores.at<float>(i)), corner + Point(2, 12 * thickness),
                    FONT_HERSHEY_SIMPLEX, 0.4 * thickness, Scalar(0, 90, 0), thickness, LINE_AA);
        }
        json << "]"
             << "}";
    }

    Finder& finder;
    const fs::path& output;
    FileStorage& json;
    std::vector<Mat> pictures;
    std::vector<String> names;
};

void detectPictures(const std::vector<fs::path>& files, Work& work)
{
    Progress progress("detecting", static_cast<int>(files.size()));
    int done = 0;
    std::vector<String> skipped;
    for (const fs::path& file : files)
    {
        const Mat picture = imread(file.string());
        if (picture.empty())
            skipped.push_back(file.string());
        else
            work.add(picture, file.filename().string());
        progress.show(++done);
        if (interrupted())
            break;
    }
    work.finish();
    for (const String& file : skipped)
        std::fprintf(stderr, "\nskipped: '%s' is no picture that OpenCV can decode\n", file.c_str());
    if (skipped.size() == files.size())
        CV_Error(Error::StsError, "not one picture could be decoded");
}

void detectVideo(const fs::path& file, Work& work)
{
    VideoCapture video(file.string());
    if (!video.isOpened())
        CV_Error_(Error::StsError,
                  ("'%s' is neither a picture nor a video that OpenCV can read", file.string().c_str()));
    Progress progress("detecting", std::max(1, static_cast<int>(video.get(CAP_PROP_FRAME_COUNT))));
    Mat frame;
    for (int i = 0; !interrupted() && video.read(frame); i++)
    {
        work.add(frame, format("frame_%06d.jpg", i));
        progress.show(i + 1);
    }
    work.finish();
}

void detect(CommandLineParser& options)
{
    const fs::path input(options.get<String>("input")), output(options.get<String>("output"));
    if (!fs::exists(input))
        CV_Error_(Error::StsError, ("there is no '%s'", input.string().c_str()));
    const fs::path source = fs::is_directory(input) ? input : fs::absolute(input).parent_path();
    std::error_code error;
    if (fs::equivalent(source, output, error))
        CV_Error_(Error::StsBadArg, ("--output=%s is where the input lies; its pictures would be overwritten",
                                     output.string().c_str()));
    Finder finder(options);
    fs::create_directories(output, error);
    const String jsonPath = (output / "detections.json").string();
    checkWritable(jsonPath);
    FileStorage json("detections.json", FileStorage::WRITE | FileStorage::MEMORY);
    catchInterrupts();
    json << "pictures"
         << "[";
    Work work(finder, output, json);
    if (fs::is_directory(input))
    {
        std::vector<fs::path> files;
        for (const fs::directory_entry& e : fs::directory_iterator(input))
            if (e.is_regular_file() && haveImageReader(e.path().string()))
                files.push_back(e.path());
        if (files.empty())
            CV_Error_(Error::StsError, ("there are no pictures in '%s'", input.string().c_str()));
        std::sort(files.begin(), files.end());
        detectPictures(files, work);
    }
    else if (haveImageReader(input.string()))
        detectPictures({input}, work);
    else
        detectVideo(input, work);
    json << "]";
    writeFile(jsonPath, json.releaseAndGetString());
    std::printf("wrote %s and the pictures beside it\n", jsonPath.c_str());
}

} // namespace

int main(int argc, char** argv)
{
    return runProgram(argc, argv, about, keys, detect);
}
