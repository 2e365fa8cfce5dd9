// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// Scores a model on an annotated data set.

#include <cstdio>

#include "opencv2/dnn_rpn.hpp"
#include "opencv2/dnn_rpn_train/dataset.hpp"

#include "common/program.hpp"
#include "common/progress.hpp"
#include "common/report.hpp"

using namespace cv;
using namespace cv::dnn_rpn;
using namespace cv::dnn_rpn_train;

namespace {

const String about = R"(
Runs a model over a split of a data set in Pascal VOC layout and prints its recall and precision, as COCO
counts them, whatever the objects' classes.

  rpn_eval --model=model.onnx --data=photographs --split=test --json=scores.json
)";

const String keys = "{model |       | MODEL.onnx, with MODEL.yml beside it}"
                    "{data  |       | folder with JPEGImages, Annotations and ImageSets/Main}"
                    "{split |test   | ImageSets/Main/NAME.txt}"
                    "{json  |<none> | write the scores to this file too}";

void evaluate(CommandLineParser& options)
{
    if (options.has("json"))
        checkWritable(options.get<String>("json"));
    Detector detector(options.get<String>("model"));
    const Dataset set = Dataset::read(options.get<String>("data"), options.get<String>("split"));
    for (const String& remark : set.remarks)
        std::printf("note: %s\n", remark.c_str());

    Evaluator evaluator;
    {
        Progress progress("scoring", static_cast<int>(set.images.size()));
        int done = 0;
        for (const AnnotatedImage& image : set.images)
        {
            Mat boxes, scores, labels, objects, objectLabels, ignored;
            detector.detect(readPicture(image), boxes, scores, labels);
            asArrays(image.objects, objects, objectLabels, ignored);
            evaluator.add(boxes, scores, noArray(), objects, noArray(), ignored);
            progress.show(++done);
        }
    }
    const Metrics metrics = evaluator.compute();
    printMetrics(metrics);
    if (options.has("json"))
    {
        writeMetrics(options.get<String>("json"), metrics);
        std::printf("wrote %s\n", options.get<String>("json").c_str());
    }
}

} // namespace

int main(int argc, char** argv)
{
    return runProgram(argc, argv, about, keys, evaluate);
}
