// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include <sstream>

#include "scratch.hpp"
#include "../src/params/number_text.hpp"
#include "../src/params/settings.hpp"
#include "../src/params/table.hpp"

namespace opencv_test {
namespace {

std::vector<DetectorKind> allDetectors()
{
    std::vector<DetectorKind> all;
    for (const auto& row : dnn_rpn::kindRows<DetectorKind>())
        all.push_back(row.kind);
    return all;
}

TrainParams paramsOf(DetectorKind detector)
{
    TrainParams p(detector);
    p.classes = {"disc", "square"};
    return p;
}

//! Calls use(row) for each that has an effect on the detector.
template<typename Use>
void forEachRow(DetectorKind detector, const Use& use)
{
    for (const ParameterRow& row : parameterTable())
        if (row.isFor(detector))
        {
            SCOPED_TRACE(row.name);
            use(row);
        }
}

//! A value that the parameter can have and has not.
String otherValue(const ParameterRow& row, const TrainParams& p)
{
    const String now = p.get(row.name);
    if (row.name == String("pyramid"))
        return "3-4";
    if (row.name == String("zoom"))
        return "0.5,2";
    if (row.name == String("augment"))
        return "strong";
    if (row.name == String("size"))
        return "64x48";
    if (row.name == String("roi_size"))
        return "5x6";
    if (row.name == String("anchors") || row.name == String("ratios"))
        return "1.5,2.5";
    if (row.name == String("delta_weights"))
        return "1,2,3,4";
    std::vector<String> values{"true", "false", "7", "0.5", "0.25", "0", "1", "all"};
    TrainParams copy = p;
    const Field field = row.field(copy);
    if (const Choice* choice = std::get_if<Choice>(&field))
    {
        std::istringstream names(choice->names());
        for (std::string name; std::getline(names, name, ',');)
            values.insert(values.begin(), name.substr(name.find_first_not_of(' ')));
    }
    for (const String& value : values)
        if (value != now)
            try
            {
                TrainParams other = p;
                other.set(row.name, value);
                if (other.get(row.name) != now)
                    return value;
            }
            catch (const cv::Exception&)
            {
                continue;
            }
    ADD_FAILURE() << "no other value for " << row.name;
    return "";
}

TEST(Params, whatIsReadBackIsTheSame)
{
    for (DetectorKind detector : allDetectors())
    {
        const TrainParams before = paramsOf(detector);
        TrainParams p = before;
        forEachRow(detector, [&](const ParameterRow& row) {
            p.set(row.name, before.get(row.name));
            EXPECT_EQ(before.get(row.name), p.get(row.name));
        });
        p.check();
    }
    // To the last bit: the text of a default is the default.
    TrainParams p;
    p.set("beta", p.get("beta"));
    EXPECT_EQ(1. / 9, p.rpn.boxBeta);
}

TEST(Params, limitsHold)
{
    for (DetectorKind detector : allDetectors())
        forEachRow(detector, [&](const ParameterRow& row) {
            TrainParams p = paramsOf(detector);
            const Field field = row.field(p);
            if (numbersOf(field).size() != 1)
                return;
            const bool whole =
                std::holds_alternative<int*>(field) || std::holds_alternative<StageCount>(field);
            const auto text = [&](double number) {
                return whole ? numberText(static_cast<int64>(number)) : numberText(number);
            };
            for (double limit : {row.lowest, row.highest})
                p.set(row.name, text(limit));
            const String highest = p.get(row.name);
            const double below = row.lowest > 0 ? row.lowest / 2 : 2 * row.lowest - 1;
            for (double beyond : {std::isfinite(below) ? below : std::numeric_limits<double>::quiet_NaN(),
                                  2 * row.highest + 1})
            {
                const std::string message = errorOf([&] { p.set(row.name, text(beyond)); });
                EXPECT_TRUE(contains(message, row.name)) << message;
                EXPECT_EQ(highest, p.get(row.name)) << "a value that was refused is there";
            }
        });
}

TEST(Params, whatIsNoValueIsNamed)
{
    TrainParams p(DETECTOR_FASTER_RCNN);
    for (const auto& wrong : std::vector<std::pair<String, String>>{{"lr", "fast"},
                                                                    {"lr", "0.1x"},
                                                                    {"lr", ""},
                                                                    {"epochs", "1.5"},
                                                                    {"size", "320"},
                                                                    {"size", "0x10"},
                                                                    {"ratios", "1,,2"},
                                                                    {"zoom", "1"},
                                                                    {"zoom", "2,1"},
                                                                    {"pyramid", "5-3"},
                                                                    {"loss", "l2"},
                                                                    {"alternate", "yes"},
                                                                    {"augment", "wild"}})
    {
        const std::string message = errorOf([&] { p.set(wrong.first, wrong.second); });
        EXPECT_TRUE(contains(message, wrong.first == "augment" ? "wild" : wrong.first)) << message;
        EXPECT_TRUE(contains(message, wrong.second)) << message;
    }
    EXPECT_TRUE(contains(errorOf([&] { p.set("speed", "1"); }), "speed"));
    EXPECT_TRUE(contains(errorOf([] { TrainParams().set("roi_lr", "1"); }), "no effect on the detector rpn"));
}

TEST(Params, contradictionsAreNamed)
{
    TrainParams p;
    p.rpn.match.negativeIoU = 0.8f;
    EXPECT_TRUE(contains(errorOf([&] { p.check(); }), "negative=0.8 is above positive=0.7"));
    p = TrainParams();
    p.patience = 2;
    EXPECT_TRUE(contains(errorOf([&] { p.check(); }), "eval_every is 0"));
    p = TrainParams();
    p.learningRate = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(contains(errorOf([&] { p.check(); }), "lr=nan"));
    EXPECT_TRUE(contains(errorOf([] { TrainParams(DETECTOR_RETINANET).check(); }), "names of the classes"));
}

TEST(Params, defaultsAreTheDetectors)
{
    EXPECT_EQ("0.5", TrainParams(DETECTOR_RETINANET).get("positive"));
    EXPECT_EQ("0.7", TrainParams(DETECTOR_RPN).get("positive"));
    const TrainParams two(DETECTOR_FASTER_RCNN);
    EXPECT_EQ("ce_sigmoid", two.get("loss"));
    EXPECT_EQ("samples", two.get("focal_norm"));
    EXPECT_EQ("0.9", two.get("alpha"));
    EXPECT_EQ("10", two.get("rpn_lr"));
    EXPECT_EQ("2", two.get("clip"));
    EXPECT_EQ("300", two.get("proposals"));
    EXPECT_EQ("1000", TrainParams().get("proposals"));
}

TEST(Params, presetsHaveNames)
{
    TrainParams p;
    EXPECT_EQ("flip", p.get("augment"));
    p.set("augment", "strong");
    EXPECT_EQ("0.5,2", p.get("zoom"));
    EXPECT_EQ("strong", p.get("augment"));
    p.set("zoom", "1,1");
    EXPECT_EQ(0, p.augment.zoom);
    EXPECT_EQ("custom", p.get("augment"));
    p.set("augment", "custom"); // as files have it: what it is follows
    EXPECT_EQ("1,1", p.get("zoom"));
}

TEST(Settings, everyParameterCounts)
{
    const Scratch scratch;
    writeText(scratch / "one.onnx", "1");
    for (DetectorKind detector : allDetectors())
    {
        TrainParams before = paramsOf(detector);
        before.backbone = scratch / "one.onnx";
        before.engine = "eigen";
        EXPECT_EQ("", errorOf([&] { requireSame(settingsOf(before), settingsOf(before), "c"); }));
        forEachRow(detector, [&](const ParameterRow& row) {
            if (row.name == String("engine") || row.name == String("backbone") ||
                row.name == String("augment"))
                return; // below; what a preset sets counts by itself
            TrainParams after = before;
            after.set(row.name, otherValue(row, before));
            const std::string message =
                errorOf([&] { requireSame(settingsOf(before), settingsOf(after), "the.checkpoint"); });
            EXPECT_TRUE(contains(message, String(" ") + row.name + " was ")) << message;
            EXPECT_TRUE(contains(message, "the.checkpoint")) << message;
        });
    }
    TrainParams before;
    before.backbone = scratch / "one.onnx";
    before.engine = "eigen";
    const auto difference = [&](const TrainParams& after) {
        return errorOf([&] { requireSame(settingsOf(before), settingsOf(after), "c"); });
    };
    // Another engine's sums may depend on the threads.
    TrainParams other = before;
    other.engine = "other";
    EXPECT_TRUE(contains(difference(other), "engine was eigen and is other now; threads was any"));
    other = before;
    other.classes = {"a"};
    EXPECT_TRUE(contains(difference(other), "classes was  and is a now"));
    // Another file's bytes are another backbone; the same bytes elsewhere are the same.
    writeText(scratch / "two.onnx", "2");
    other = before;
    other.backbone = scratch / "two.onnx";
    EXPECT_TRUE(contains(difference(other), "backbone was "));
    std::filesystem::copy(scratch / "one.onnx", scratch / "moved.onnx");
    other.backbone = scratch / "moved.onnx";
    EXPECT_EQ("", difference(other));
}

} // namespace
} // namespace opencv_test
