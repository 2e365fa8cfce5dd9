// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "train_options.hpp"

#include <algorithm>
#include <cstdio>
#include <sstream>

#include "opencv2/dnn_rpn_train/formats.hpp"
#include "opencv2/dnn_rpn_train/recipe.hpp"

#include "processes.hpp"

using namespace cv;
using namespace cv::dnn_rpn_train;
using dnn_rpn::ExportKind;

namespace {

const bool common = true, special = false;

//! "name: what it means" of every value.
template<typename Kind>
String meanings()
{
    String all;
    for (const auto& row : dnn_rpn::kindRows<Kind>())
        all += (all.empty() ? "" : "; ") + String(row.name) + ": " + row.meaning;
    return all;
}

String formatNames()
{
    String all;
    for (const String& name : datasetFormats())
        all += name + ", ";
    return all;
}

// clang-format off
const std::vector<Option>& programOptions()
{
    static const std::vector<Option> options{
{"data",       "<none>",     "data", common, "folder of annotated images, as Pascal VOC, COCO, YOLO, CVAT, LabelMe and others leave it"},
{"train",      "trainval",   "data", common,
 "the split to train on: ImageSets/Main/NAME.txt, annotations/instances_NAME.json or images/NAME"},
{"val",        "test",       "data", common,
 "the split to score on; none; or a share such as 0.2, which is held out of the split to train on. A data set without "
 "splits loses a fifth"},
{"folds",      "0",          "data", special,
 "cross-validation: train so many times, each time without another share of the images, and score on it. Tells the mean "
 "and the spread of the scores, and writes no model; --val is not used"},
{"format",     "auto",       "data", special,
 formatNames() + "or auto: what the files look like"},
{"annotations", "<none>",    "data", special, "a file or folder with the annotations, where they lie elsewhere"},
{"images",     "<none>",     "data", special, "the folder with the images, where they lie elsewhere"},
{"strict",     "false",      "data", special, "the first entry that cannot be used is an error, rather than left out"},
{"preview",    "<none>",     "data", special,
 "write what the network sees in the first steps to this folder, objects in green and ignored ones in orange"},
{"preview_count", "24",      "data", special, "so many images"},
{"preview_only", "false",    "data", special, "do not train after it"},
{"detector",   "<none>",     "network", common,
 meanings<DetectorKind>() + ". Without it, retina"},
{"describe",   "false",      "network", special,
 "list the maps of the backbone and which of them are taken, and train nothing: with backbone, features, pyramid and size"},
{"recipe",     "balanced",   "descent", common,
 "quick, balanced, best, or none: how long the training may take. It sets size, epochs, schedule, ema and augment by "
 "the images, unless they are given"},
{"params",     "<none>",     "network", special,
 "repeat a training: take all parameters from the MODEL.yml that it wrote; other options change them"},
{"out",        "model.onnx", "output", common, "the model file; MODEL.yml, MODEL.csv and MODEL.html go beside it"},
{"kind",       "opencv",     "output", common,
 meanings<ExportKind>() + ". With several, as in opencv,onnx, the later ones go into MODEL-KIND.onnx"},
{"json",       "<none>",     "output", special, "write the validation scores to this file, too"},
{"report",     "<none>",     "output", special, "the page to watch, or none; without this option MODEL.html"},
{"tensorboard", "<none>",    "output", special,
 "write losses and scores to an event file in this folder, too, for TensorBoard: tensorboard --logdir=FOLDER"},
{"checkpoint", "auto",       "output", special,
 "where an interrupted training can go on: a file, auto: MODEL.checkpoint, or none"},
{"checkpoint_every", "20",   "output", special, "seconds between checkpoints; 0: after every step"},
{"keep_checkpoint", "false", "output", special, "leave a checkpoint when the training is done"},
{"resume",     "false",      "output", common,
 "go on where the checkpoint was written; start anew if there is none"},
{"threads",    "0",          "descent", common, "0: one a processor that this process may use"},
{"rank_timeout", rankTimeoutDefault, "descent", special, rankTimeoutHelp},
    };
    return options;
}
// clang-format on

DetectorKind detectorOf(CommandLineParser& options)
{
    if (!options.has("detector"))
        return DETECTOR_RETINANET;
    return dnn_rpn::kindOf<DetectorKind>(options.get<String>("detector"), "--detector:");
}

//! Every parameter that has an effect on the detector, with its default.
std::vector<Option> parameterOptions(DetectorKind detector, bool withLimits)
{
    const TrainParams defaults(detector);
    const std::vector<String> recipe = recipeParameters();
    std::vector<Option> all;
    for (const ParameterInfo& p : TrainParams::parameters())
        if (std::find(p.detectors.begin(), p.detectors.end(), dnn_rpn::nameOf(detector)) != p.detectors.end())
        {
            const String values = withLimits || p.named ? " (" + p.values + ")" : String();
            const bool byRecipe = std::find(recipe.begin(), recipe.end(), p.name) != recipe.end();
            all.push_back(
                {p.name, byRecipe ? "recipe" : defaults.get(p.name), p.group, p.common, p.help + values});
        }
    return all;
}

void printParameters()
{
    std::printf("# Parameters\n\nEvery parameter of a training: option of `rpn_train`, name for "
                "`TrainParams::set()`, key "
                "in `MODEL.yml`. Written by\n`rpn_train --help=markdown`.\n");
    std::vector<Option> rows;
    for (const ParameterInfo& p : TrainParams::parameters())
    {
        Option row{p.name, "", p.group, p.common, p.help + ". " + p.values};
        for (const auto& kind : dnn_rpn::kindRows<DetectorKind>())
            if (std::find(p.detectors.begin(), p.detectors.end(), kind.name) != p.detectors.end())
            {
                const String value = TrainParams(kind.kind).get(p.name);
                if (row.value.empty())
                    row.value = value;
                else if (row.value != value && row.value.find("; " + String(kind.name)) == String::npos)
                    row.value += "; " + String(kind.name) + " " + value;
            }
        if (p.detectors.size() == 1)
            row.help += ". Only " + p.detectors[0];
        rows.push_back(row);
    }
    printMarkdown(rows);
}

} // namespace

String trainKeys()
{
    std::vector<Option> all = programOptions();
    for (const ParameterInfo& p : TrainParams::parameters())
        all.push_back({p.name, "<none>", p.group, p.common, p.help});
    return optionKeys(all);
}

void printTrainHelp(CommandLineParser& options, const String& about)
{
    const String which = options.get<String>("help");
    if (which == "markdown")
    {
        printParameters();
        return;
    }
    if (which != "true" && which != "all")
        CV_Error_(Error::StsBadArg, ("--help=%s is none of all, markdown", which.c_str()));
    const DetectorKind detector = detectorOf(options);
    std::vector<Option> all = programOptions();
    for (const Option& option : parameterOptions(detector, which == "all"))
        all.push_back(option);
    std::printf("%s", about.c_str());
    printOptions(all, which == "all");
    std::printf(
        "\nDefaults are those of --detector=%s. --help=all lists every option, --help --detector=faster_rcnn "
        "another\ndetector's.\n",
        dnn_rpn::nameOf(detector).c_str());
}

TrainParams readTrainParams(CommandLineParser& options)
{
    TrainParams params(detectorOf(options));
    if (options.has("params"))
    {
        params = TrainParams::read(options.get<String>("params"));
        if (options.has("detector") && params.detector() != detectorOf(options))
            CV_Error_(Error::StsBadArg,
                      ("--params=%s is of a %s and --detector asks for another",
                       options.get<String>("params").c_str(), dnn_rpn::nameOf(params.detector()).c_str()));
        params.classes.clear(); // the data set's count
    }
    // In the table's order: a preset of augmentation comes before what changes it.
    for (const ParameterInfo& p : TrainParams::parameters())
        if (options.has(p.name))
            try
            {
                params.set(p.name, options.get<String>(p.name));
            }
            catch (const cv::Exception& e)
            {
                CV_Error_(e.code, ("--%s", e.err.c_str()));
            }
    return params;
}

void followRecipe(CommandLineParser& options, const Dataset& training, TrainParams& params)
{
    const String name = options.get<String>("recipe");
    if (name == "none" || options.has("params"))
        return;
    std::vector<String> given;
    for (const ParameterInfo& p : TrainParams::parameters())
        if (options.has(p.name))
            given.push_back(p.name);
    const auto recipe = dnn_rpn::kindOf<Recipe>(name, "--recipe:");
    for (const RecipeChoice& choice : applyRecipe(recipe, training, given, params))
        std::printf("recipe %s: --%s=%s (%s)\n", name.c_str(), choice.parameter.c_str(), choice.value.c_str(),
                    choice.reason.c_str());
}

std::vector<ExportKind> readKinds(CommandLineParser& options)
{
    const String list = options.get<String>("kind");
    std::vector<ExportKind> kinds;
    std::istringstream names(list);
    for (std::string name; std::getline(names, name, ',');)
    {
        const ExportKind kind = dnn_rpn::kindOf<ExportKind>(name, ("--kind=" + list + ":").c_str());
        if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end())
            CV_Error_(Error::StsBadArg, ("--kind=%s: %s comes twice", list.c_str(), name.c_str()));
        kinds.push_back(kind);
    }
    if (kinds.empty())
        CV_Error(Error::StsBadArg, "--kind= names no kind of file");
    return kinds;
}
