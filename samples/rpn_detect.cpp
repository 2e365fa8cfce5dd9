// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Draws what a model finds in a picture, a folder of pictures or a video.

#include <cstdio>
#include <filesystem>
#include <functional>

#include "opencv2/dnn_rpn.hpp"
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
)";

const String keys =
    "{model     |    | MODEL.onnx, with MODEL.yml beside it}"
    "{input     |    | a picture, a folder of pictures, or a video}"
    "{output    |    | folder to write, made if it is not there}"
    "{threshold |<none> | boxes with a lower score are left out; without it the model says which}"
    "{nms       |0.3 | IoU above which the lower-scored of two boxes is left out}";

struct Limits
{
    float threshold, nms;
};

//! Finds, draws, notes.
void show(Detector& detector, const Limits& limits, Mat& picture, const String& name, FileStorage& json)
{
    Mat boxes, scores, labels;
    detector.detect(picture, boxes, scores, labels, limits.threshold);
    std::vector<int> keep;
    nms(boxes, scores, limits.nms, keep);
    json << "{"
         << "picture" << name << "detections"
         << "[";
    const int thickness = std::max(1, std::max(picture.cols, picture.rows) / 400);
    for (int i : keep)
    {
        const Vec4f b = *boxes.ptr<Vec4f>(i);
        const String label = detector.description().classes[labels.at<int>(i) - 1];
        json << "{"
             << "label" << label << "score" << scores.at<float>(i) << "x1" << b[0] << "y1" << b[1] << "x2"
             << b[2] << "y2" << b[3] << "}";
        const Point corner(cvRound(b[0]), cvRound(b[1]));
        rectangle(picture, corner, Point(cvRound(b[2]), cvRound(b[3])), Scalar(0, 200, 0), thickness,
                  LINE_AA);
        putText(picture, format("%.2f", scores.at<float>(i)), corner + Point(2, 12 * thickness),
                FONT_HERSHEY_SIMPLEX, 0.4 * thickness, Scalar(0, 90, 0), thickness, LINE_AA);
    }
    json << "]"
         << "}";
}

void save(const fs::path& path, const Mat& picture)
{
    if (!imwrite(path.string(), picture))
        CV_Error_(Error::StsError, ("cannot write '%s'", path.string().c_str()));
}

void detectPictures(const std::vector<fs::path>& files, const fs::path& output,
                    const std::function<void(Mat&, const String&)>& found)
{
    Progress progress("detecting", static_cast<int>(files.size()));
    int done = 0;
    std::vector<String> skipped;
    for (const fs::path& file : files)
    {
        Mat picture = imread(file.string());
        if (picture.empty())
            skipped.push_back(file.string());
        else
        {
            found(picture, file.filename().string());
            const std::string name = file.filename().string();
            save(output / (haveImageWriter(name) ? name : name + ".jpg"), picture);
        }
        progress.show(++done);
        if (interrupted())
            break;
    }
    for (const String& file : skipped)
        std::fprintf(stderr, "\nskipped: '%s' is no picture that OpenCV can decode\n", file.c_str());
    if (skipped.size() == files.size())
        CV_Error(Error::StsError, "not one picture could be decoded");
}

void detectVideo(const fs::path& file, const fs::path& output,
                 const std::function<void(Mat&, const String&)>& found)
{
    VideoCapture video(file.string());
    if (!video.isOpened())
        CV_Error_(Error::StsError,
                  ("'%s' is neither a picture nor a video that OpenCV can read", file.string().c_str()));
    Progress progress("detecting", std::max(1, static_cast<int>(video.get(CAP_PROP_FRAME_COUNT))));
    Mat frame;
    for (int i = 0; !interrupted() && video.read(frame); i++)
    {
        const String name = format("frame_%06d.jpg", i);
        found(frame, name);
        save(output / name, frame);
        progress.show(i + 1);
    }
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
    Detector detector(options.get<String>("model"));
    const Limits limits{options.has("threshold")
                            ? static_cast<float>(numberOption(options, "threshold", 0, 1))
                            : detector.description().scoreThreshold,
                        static_cast<float>(numberOption(options, "nms", 0, 1))};
    fs::create_directories(output, error);
    const String jsonPath = (output / "detections.json").string();
    checkWritable(jsonPath);
    FileStorage json("detections.json", FileStorage::WRITE | FileStorage::MEMORY);
    catchInterrupts();
    json << "pictures"
         << "[";
    const auto found = [&](Mat& picture, const String& name) { show(detector, limits, picture, name, json); };
    if (fs::is_directory(input))
    {
        std::vector<fs::path> files;
        for (const fs::directory_entry& e : fs::directory_iterator(input))
            if (e.is_regular_file() && haveImageReader(e.path().string()))
                files.push_back(e.path());
        if (files.empty())
            CV_Error_(Error::StsError, ("there are no pictures in '%s'", input.string().c_str()));
        std::sort(files.begin(), files.end());
        detectPictures(files, output, found);
    }
    else if (haveImageReader(input.string()))
        detectPictures({input}, output, found);
    else
        detectVideo(input, output, found);
    json << "]";
    writeFile(jsonPath, json.releaseAndGetString());
    std::printf("wrote %s and the pictures beside it\n", jsonPath.c_str());
}

} // namespace

int main(int argc, char** argv)
{
    return runProgram(argc, argv, about, keys, detect);
}
