// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Shows what a model finds in what a camera or a video shows, as it goes.

#include <cstdio>
#include <memory>

#include "opencv2/dnn_rpn.hpp"
#include "opencv2/highgui.hpp"
#include "opencv2/imgproc.hpp"

#include "common/output_guard.hpp"
#include "common/program.hpp"
#include "common/video.hpp"

using namespace cv;
using namespace cv::dnn_rpn;

namespace {

const String about = R"(
Shows what a model finds in the images of a camera or a video. A key ends it: q or Escape. With --output the
images go into a video file instead, which needs no display.

  rpn_camera --model=model.onnx
  rpn_camera --model=model.onnx --input=traffic.mp4 --output=found.avi
)";

const String keys =
    "{model    |      | MODEL.onnx, with MODEL.yml beside it}"
    "{input    |0     | the number of a camera, or a video file}"
    "{output   |<none>| video to write instead of the window, Motion JPEG in .avi}"
    "{threshold|<none>| boxes with a lower score are left out; without it the model says which}"
    "{nms      |0.3   | IoU above which the lower-scored of two boxes is left out}"
    "{frames   |0     | end after so many images; 0: when the video ends}";

//! A colour for each class, told apart on bright and dark ground.
Scalar colourOf(int label)
{
    static const Scalar colours[] = {{60, 200, 60},  {40, 120, 255}, {255, 140, 40}, {200, 60, 200},
                                     {40, 220, 220}, {220, 220, 40}, {90, 90, 255},  {180, 180, 180}};
    return colours[(label - 1) % 8];
}

void draw(const Detector& detector, const Mat& boxes, const Mat& scores, const Mat& labels, Mat& image)
{
    for (int i = 0; i < boxes.rows; i++)
    {
        const Vec4f b = *boxes.ptr<Vec4f>(i);
        const Scalar colour = colourOf(labels.at<int>(i));
        rectangle(image, Point(Vec2i(Vec2f(b[0], b[1]))), Point(Vec2i(Vec2f(b[2], b[3]))), colour, 2);
        putText(image, detector.className(labels.at<int>(i)) + format(" %.2f", scores.at<float>(i)),
                Point(cvRound(b[0]) + 3, cvRound(b[1]) + 14), FONT_HERSHEY_SIMPLEX, 0.45, colour, 1, LINE_AA);
    }
}

//! Until a key ends it.
bool showImage(const Mat& image)
{
    imshow("what the model finds", image);
    const int key = waitKey(1);
    return key != 'q' && key != 27;
}

void show(CommandLineParser& options)
{
    const String input = options.get<String>("input"), model = options.get<String>("model"),
                 output = options.has("output") ? options.get<String>("output") : String();
    checkOutputs({{"--output", output}}, {{"--input", input}, {"--model", model}});
    if (output.empty())
        checkDisplay();
    Detector detector(model);
    const float threshold = options.has("threshold")
                                ? static_cast<float>(numberOption(options, "threshold", 0, 1))
                                : detector.description().scoreThreshold;
    detector.setSuppression(SUPPRESS_HARD, static_cast<float>(numberOption(options, "nms", 0, 1)));
    const int most = countOption(options, "frames", 0, 1000000000);

    VideoInput video(input);
    std::unique_ptr<VideoOutput> written;
    if (!output.empty())
        written = std::make_unique<VideoOutput>(output, video.framesPerSecond());
    Mat image, boxes, scores, labels;
    TickMeter clock;
    int found = 0;
    catchInterrupts();
    bool goesOn = true;
    while (goesOn && (most == 0 || video.frames() < most) && video.read(image))
    {
        clock.start();
        detector.detect(image, boxes, scores, labels, threshold);
        clock.stop();
        found += boxes.rows;
        draw(detector, boxes, scores, labels, image);
        putText(image, format("%.1f images a second", clock.getFPS()), Point(8, image.rows - 10),
                FONT_HERSHEY_SIMPLEX, 0.5, Scalar::all(255), 1, LINE_AA);
        if (written)
            written->write(image);
        else
            goesOn = showImage(image);
        goesOn = goesOn && !interrupted();
    }
    if (video.frames() == 0)
        CV_Error_(Error::StsError, ("'%s' gives no image", input.c_str()));
    std::printf("%d images, %d boxes, %.1f images a second\n", video.frames(), found, clock.getFPS());
    if (goesOn && video.frames() != most)
        video.tellIfShort();
    if (written)
    {
        written->finish();
        std::printf("wrote %s\n", output.c_str());
    }
}

} // namespace

int main(int argc, char** argv)
{
    return runProgram(argc, argv, about, keys, show);
}
