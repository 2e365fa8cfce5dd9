// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Shows what a model finds in what a camera or a video shows, as it goes.

#include <cstdio>
#include <memory>

#include "opencv2/highgui.hpp"
#include "opencv2/imgproc.hpp"

#include "common/draw_found.hpp"
#include "common/finder.hpp"
#include "common/output_guard.hpp"
#include "common/program.hpp"
#include "common/video.hpp"

using namespace cv;

namespace {

const String about = R"(
Shows what a model finds in the images of a camera or a video. A key ends it: q or Escape. With --output the
images go into a video file instead, which needs no display.

  rpn_camera --model=model.onnx
  rpn_camera --model=model.onnx --input=rtsp://user:word@192.168.0.7/stream --track
  rpn_camera --model=model.onnx --input=traffic.mp4 --output=found.avi
)";

const String keys = "{model    |      | MODEL.onnx, with MODEL.yml beside it}"
                    "{input    |0     | the number of a camera, a video file, or the address of a stream: "
                    "rtsp://.., http://..}"
                    "{output   |<none>| video to write instead of the window, Motion JPEG in .avi}"
                    "{frames   |0     | end after so many images; 0: when the video ends}";

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
    checkOutputs({{"--output", output}},
                 {{"--input", isAddress(input) ? String() : input}, {"--model", model}});
    if (output.empty())
        checkDisplay();
    Finder finder(options);
    const int most = countOption(options, "frames", 0, 1000000000);

    VideoInput video(input);
    std::unique_ptr<VideoOutput> written;
    if (!output.empty())
        written = std::make_unique<VideoOutput>(output, video.framesPerSecond());
    Mat image;
    size_t found = 0;
    catchInterrupts();
    bool goesOn = true;
    while (goesOn && (most == 0 || video.frames() < most) && video.read(image))
    {
        const std::vector<FoundBox> boxes = finder.find({image})[0];
        found += boxes.size();
        drawFound(image, boxes, finder.classes());
        putText(image, format("%.1f images a second", finder.imagesPerSecond()), Point(8, image.rows - 10),
                FONT_HERSHEY_SIMPLEX, 0.5, Scalar::all(255), 1, LINE_AA);
        if (written)
            written->write(image);
        else
            goesOn = showImage(image);
        goesOn = goesOn && !interrupted();
    }
    if (video.frames() == 0)
        CV_Error_(Error::StsError, ("'%s' gives no image", shownAddress(input).c_str()));
    std::printf("%d images, %d boxes, %.1f images a second\n", video.frames(), static_cast<int>(found),
                finder.imagesPerSecond());
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
    return runProgram(argc, argv, about, keys + finderKeys(), show);
}
