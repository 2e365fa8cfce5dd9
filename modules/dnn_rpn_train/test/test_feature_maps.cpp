// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "annotated.hpp"
#include "scratch.hpp"
#include "../src/detector/backbone.hpp"
#include "../src/detector/preprocessing.hpp"
#include "../src/detector/pyramid.hpp"
#include "../src/onnx/import.hpp"
#include "../src/onnx/writer.hpp"

namespace opencv_test {
namespace {

using cv::dnn_rpn_train::Node; // cv has a Node too

//! A network as a file, layer by layer; every function returns the name of what the layer gives.
class File
{
public:
    File() : channelsOf{{"image", 3}} { writer.addInput("image", {1, 3, 64, 96}); }

    std::string conv(const std::string& name, const std::string& input, int channels, int stride = 1,
                     int kernel = 3)
    {
        const int inputs = channelsOf.count(input) ? channelsOf[input] : 3;
        std::vector<float> weights(channels * inputs * kernel * kernel), biases(channels, 0.1f);
        for (float& w : weights)
            w = static_cast<float>(rng.gaussian(std::sqrt(2. / (inputs * kernel * kernel))));
        writer.addConstant(name + ".w", {channels, inputs, kernel, kernel}, weights.data());
        writer.addConstant(name + ".b", {channels}, biases.data());
        const int pad = kernel / 2;
        node("Conv", name, {input, name + ".w", name + ".b"})
            .integers("kernel_shape", {kernel, kernel})
            .integers("strides", {stride, stride})
            .integers("pads", {pad, pad, pad, pad});
        channelsOf[name] = channels;
        return name;
    }
    //! With ReLU.
    std::string layer(const std::string& name, const std::string& input, int channels, int stride = 1,
                      int kernel = 3)
    {
        return op("Relu", name, {conv(name + ".conv", input, channels, stride, kernel)});
    }
    std::string op(const std::string& type, const std::string& name, const std::vector<std::string>& inputs)
    {
        node(type.c_str(), name, inputs);
        channelsOf[name] = channelsOf[inputs[0]];
        return name;
    }
    std::string concat(const std::string& name, const std::vector<std::string>& inputs)
    {
        int sum = 0;
        for (const std::string& input : inputs)
            sum += channelsOf[input];
        node("Concat", name, inputs).integer("axis", 1);
        channelsOf[name] = sum;
        return name;
    }
    std::string reshape(const std::string& name, const std::string& input)
    {
        writer.addConstant(name + ".shape", std::vector<int64_t>{1, -1});
        return op("Reshape", name, {input, name + ".shape"});
    }
    std::string enlarged(const std::string& name, const std::string& input)
    {
        const float scales[] = {1, 1, 2, 2};
        writer.addConstant(name + ".scales", {4}, scales);
        node("Upsample", name, {input, name + ".scales"}).text("mode", "nearest");
        channelsOf[name] = channelsOf[input];
        return name;
    }
    //! Mean of each channel, and a product with a matrix.
    std::string classifier(const std::string& name, const std::string& input)
    {
        const std::string flat =
            op("Flatten", name + ".flat", {op("GlobalAveragePool", name + ".mean", {input})});
        return product(name, flat);
    }
    std::string product(const std::string& name, const std::string& input)
    {
        const float numbers[] = {1, 2};
        writer.addConstant(name + ".matrix", {1, 2}, numbers);
        return op("Gemm", name, {input, name + ".matrix"});
    }
    //! Maps of strides 2, 4, .., each named after its stride: "2", "4".
    std::vector<std::string> chain(int count)
    {
        std::vector<std::string> maps;
        for (int i = 1; i <= count; i++)
            maps.push_back(layer(std::to_string(1 << i), i == 1 ? "image" : maps.back(), 4 + 2 * i, 2));
        return maps;
    }
    OnnxWriter::NodeRef node(const char* type, const std::string& name,
                             const std::vector<std::string>& inputs)
    {
        return writer.addNode(type, "node_" + name, inputs).output(name);
    }
    std::string with(const std::vector<std::string>& outputs)
    {
        for (const std::string& output : outputs)
            writer.addOutput(output, {});
        return writer.bytes();
    }

    OnnxWriter writer;

private:
    RNG rng{5};
    std::map<std::string, int> channelsOf;
};

//! A file's backbone, with what else the parameters say.
struct Taken
{
    const Scratch scratch;
    TrainParams params;
    Graph graph;
    Backbone backbone;

    //! The first line of what is told.
    std::string told() const { return backbone.told.substr(0, backbone.told.find('\n')); }

    explicit Taken(const std::string& bytes, const std::string& features = "auto", int finest = 0,
                   int coarsest = 0)
    {
        writeFile(scratch / "b.onnx", bytes);
        params.backbone = scratch / "b.onnx";
        params.features = features;
        params.size = Size(96, 64);
        params.setPyramid(finest, coarsest, 8);
        RNG rng(1);
        backbone = addBackbone(graph, params, rng);
    }
    //! "8:name 16:other"
    std::string maps() const
    {
        std::string text;
        for (int i : backbone.maps)
            text += cv::format("%s%d:%s", text.empty() ? "" : " ", gridOf(graph, i).stride,
                               graph.nodes[i].name.substr(9).c_str());
        return text;
    }
    //! The names of the pyramid's nodes.
    std::string pyramid()
    {
        const size_t first = graph.nodes.size();
        RNG rng(1);
        addPyramid(params.pyramid, graph, backbone.maps, params.size, rng);
        std::string text;
        for (size_t i = first; i < graph.nodes.size(); i++)
            text += (text.empty() ? "" : " ") + graph.nodes[i].name.substr(8);
        return text;
    }
};

std::string mapsOf(const std::string& bytes, const std::string& features = "auto", int finest = 0,
                   int coarsest = 0)
{
    return Taken(bytes, features, finest, coarsest).maps();
}

std::string refusal(const std::string& bytes, const std::string& features = "auto", int finest = 0,
                    int coarsest = 0)
{
    return errorOf([&] { Taken(bytes, features, finest, coarsest); });
}

TEST(FeatureMaps, aClassifierIsLeftOff)
{
    File mean, flat, pooled;
    const Taken taken(mean.with({mean.classifier("class", mean.chain(3).back())}));
    EXPECT_EQ("8:8", taken.maps());
    EXPECT_EQ("features: 8 (cells of 8 pixels, 10 channels); left off: 3 nodes behind it", taken.told());
    EXPECT_EQ(static_cast<int>(taken.graph.nodes.size()) - 1, taken.backbone.last);
    // AlexNet and VGG flatten the map itself.
    EXPECT_EQ("8:8",
              mapsOf(flat.with({flat.product("class", flat.op("Flatten", "f", {flat.chain(3).back()}))})));
    EXPECT_EQ("8:8", mapsOf(pooled.with({pooled.op("GlobalAveragePool", "p", {pooled.chain(3).back()})})));
}

//! SqueezeNet: a channel a class, and nothing but the mean behind it.
TEST(FeatureMaps, aConvolutionThatClassifiesIsLeftOff)
{
    File f;
    const std::string classes = f.layer("classes", f.chain(3).back(), 5, 1, 1);
    EXPECT_EQ("8:8", mapsOf(f.with({f.op("Flatten", "out", {f.op("GlobalAveragePool", "p", {classes})})})));
    File g; // what classifies is the product
    EXPECT_EQ("8:last", mapsOf(g.with({g.classifier("class", g.layer("last", g.chain(3).back(), 5, 1, 1))})));
}

//! A head as YOLOX has it on each of these maps.
std::string headOn(File& f, const std::vector<std::string>& maps)
{
    std::vector<std::string> lists;
    for (const std::string& map : maps)
    {
        const std::string stem = f.layer("stem" + map, map, 6, 1, 1), boxes = f.layer("boxes" + map, stem, 6),
                          classes = f.layer("classes" + map, stem, 6);
        const std::string all = f.concat(
            "all" + map, {f.conv("box" + map, boxes, 4, 1, 1),
                          f.op("Sigmoid", "object" + map + ".p", {f.conv("object" + map, boxes, 1, 1, 1)}),
                          f.op("Sigmoid", "class" + map + ".p", {f.conv("class" + map, classes, 2, 1, 1)})});
        lists.push_back(f.reshape("list" + map, all));
    }
    return f.op("Transpose", "out", {f.concat("lists", lists)});
}

TEST(FeatureMaps, aDetectorsHeadIsLeftOff)
{
    File f;
    const std::vector<std::string> chain = f.chain(5);
    const std::string bytes = f.with({headOn(f, {"8", "16", "32"})});
    EXPECT_EQ("8:stem8 16:stem16 32:stem32", mapsOf(bytes, "auto", 3, 5));
    EXPECT_EQ("16:stem16", mapsOf(bytes));
    EXPECT_EQ("8:stem8 16:stem16", mapsOf(bytes, "auto", 3, 4));
    const Taken one(bytes);
    EXPECT_EQ("features: stem16 (cells of 16 pixels, 6 channels); not taken: stem8 (cells of 8 pixels, 6 "
              "channels), "
              "stem32 (cells of 32 pixels, 6 channels); left off: 41 nodes behind it",
              one.told());
    // YOLOv5: a single linear convolution; its predictions are of no use to others.
    File g;
    g.chain(4);
    std::vector<std::string> outputs;
    for (const char* map : {"8", "16"})
        outputs.push_back(g.reshape(std::string("list") + map, g.conv(std::string("p") + map, map, 9, 1, 1)));
    EXPECT_EQ("8:8 16:16", mapsOf(g.with(outputs), "auto", 3, 4));
}

TEST(FeatureMaps, outputsThatAreMapsAreTaken)
{
    File f;
    f.chain(5);
    const std::string bytes = f.with({"2", "8", "16", "32"});
    EXPECT_EQ("16:16", mapsOf(bytes));
    EXPECT_EQ("8:8 16:16 32:32", mapsOf(bytes, "auto", 3, 5));
    EXPECT_EQ("8:8 16:16 32:32", mapsOf(bytes, "auto", 3, 7));
    // A level that is no output: the stages before the last map.
    EXPECT_EQ("32:32", mapsOf(bytes, "auto", 2, 5));
    File coarse;
    coarse.chain(6);
    EXPECT_EQ("32:32", mapsOf(coarse.with({"64", "32"})));
}

//! What a file with one output becomes does not depend on what else is known of it.
TEST(FeatureMaps, oneOutputIsTheFilesNetworkAndNothingElse)
{
    File f;
    const std::string last = f.chain(3).back();
    f.layer("aside", "4", 5);
    const Taken taken(f.with({last}));
    Graph alone;
    const int node = importOnnx(taken.params.backbone, alone, alone.addInput("image"));
    EXPECT_EQ(6, node);
    ASSERT_EQ(alone.nodes.size() + 1, taken.graph.nodes.size()); // and the normalisation
    for (size_t i = 1; i < alone.nodes.size(); i++)
        EXPECT_EQ(alone.nodes[i].name, taken.graph.nodes[i + 1].name);
    ASSERT_EQ(alone.parameters.size() + 2, taken.graph.parameters.size());
    for (size_t i = 0; i < alone.parameters.size(); i++)
    {
        EXPECT_EQ(alone.parameters[i].name, taken.graph.parameters[i + 2].name);
        EXPECT_EQ(0, cv::norm(alone.parameters[i].value.flat(), taken.graph.parameters[i + 2].value.flat(),
                              NORM_INF));
    }
}

TEST(FeatureMaps, namesOfNodesAndValuesAreTaken)
{
    File f;
    f.chain(5);
    const std::string bytes = f.with({headOn(f, {"8", "16"})});
    EXPECT_EQ("8:8", mapsOf(bytes, "8"));
    EXPECT_EQ("8:8", mapsOf(bytes, "node_8"));
    EXPECT_EQ("32:32", mapsOf(bytes, "32")); // no output is made from it
    EXPECT_EQ("8:8 16:stem16", mapsOf(bytes, "stem16,8", 3, 4));
    EXPECT_EQ("16:stem16", mapsOf(bytes, "8,stem16"));
    const std::string file = "b.onnx', node 'node_list8' (Reshape): this operator is not known";
    EXPECT_TRUE(contains(refusal(bytes, "out"), file)) << refusal(bytes, "out");
    EXPECT_TRUE(contains(refusal(bytes, "node_list8"), file));
    EXPECT_TRUE(contains(refusal(bytes, "nobody"), "no node or value 'nobody'"));
    EXPECT_TRUE(contains(refusal(bytes, "8,stem8"), "'8' and 'stem8' both have cells of 8 pixels"));
    EXPECT_TRUE(contains(refusal(bytes, ""), "names no node"));
    EXPECT_TRUE(contains(refusal(bytes, "8,16", 2, 4), "features=8,16 are not all levels of pyramid=2-4"));
    File g;
    EXPECT_TRUE(contains(refusal(g.with({g.classifier("c", g.chain(3).back())}), "c.mean"), "'c.mean' of '"));
}

//! Where most of the network cannot be read, what is left is no backbone.
TEST(FeatureMaps, aNetworkWithoutItsMiddleIsRefused)
{
    File f;
    f.chain(3);
    const std::string strange = f.op("Strange", "strange", {"8"});
    const std::string bytes = f.with({f.classifier("class", f.layer("16", strange, 6, 2))});
    EXPECT_TRUE(
        contains(refusal(bytes), "node 'node_strange' (Strange): this operator is not known to the trainer"));
    EXPECT_EQ("8:8", mapsOf(bytes, "8"));
    File first, transformer, none;
    EXPECT_TRUE(contains(refusal(first.with({first.conv("c", first.op("Strange", "s", {"image"}), 4)})),
                         "(Strange)"));
    std::string v = transformer.reshape("patches", transformer.conv("stem", "image", 8, 16));
    for (int i = 0; i < 12; i++)
        v = transformer.product("layer" + std::to_string(i), v);
    EXPECT_TRUE(contains(refusal(transformer.with({v})), "node 'node_patches' (Reshape)"));
    EXPECT_TRUE(contains(refusal(none.with({"image"})), "holds no network"));
}

TEST(FeatureMaps, aPyramidStandsOnTheMapsOfANeckAsTheyAre)
{
    File backbone, neck;
    backbone.chain(5);
    EXPECT_EQ("lateral5 level5 lateral4 level4.up level4.sum level4 lateral3 level3.up level3.sum level3",
              Taken(backbone.with({"8", "16", "32"}), "auto", 3, 5).pyramid());
    neck.chain(4);
    neck.layer("fine", neck.concat("both", {neck.enlarged("up", "16"), "8"}), 6);
    neck.layer("coarse", neck.concat("again", {neck.layer("down", "fine", 6, 2), "16"}), 6);
    const std::string bytes = neck.with({"fine", "coarse"});
    EXPECT_EQ("lateral4 lateral3", Taken(bytes, "auto", 3, 4).pyramid());
    EXPECT_EQ("lateral4 lateral3 level5", Taken(bytes, "auto", 3, 5).pyramid());
    // Of a level before the neck nothing else is known but that all goes through it.
    EXPECT_EQ("lateral3 level3 lateral2 level2.up level2.sum level2",
              Taken(neck.with({}), "fine", 2, 3).pyramid());
}

TEST(FeatureMaps, areListedWithWhatIsTaken)
{
    File f;
    const std::string bytes = f.with({f.classifier("class", f.chain(3).back())});
    const Taken taken(bytes);
    const std::string text = describeBackbone(taken.params);
    // 6 channels of 3 x 3 x 3 on 32 x 48 cells, and so on.
    const double first = 32 * 48 * 6 * 27 / 1e9, second = first + 16 * 24 * 8 * 54 / 1e9;
    EXPECT_TRUE(contains(text, cv::format("%8d %8d %12.3f  2\n", 2, 6, first))) << text;
    EXPECT_TRUE(contains(text, cv::format("%8d %8d %12.3f  4\n", 4, 8, second))) << text;
    EXPECT_TRUE(contains(text, "  8  *\n")) << text;
    EXPECT_TRUE(contains(text, "left off: 3 nodes")) << text;
    TrainParams small;
    EXPECT_TRUE(contains(describeBackbone(small), "built in"));
}

//! What stands behind the image, as rows of the convolution's weights: of B, G and R.
std::vector<float> inputOf(const std::string& bytes, Normalisation normalise = NORMALISE_AUTO,
                           ChannelOrder order = CHANNELS_AUTO)
{
    const Scratch scratch;
    writeFile(scratch / "b.onnx", bytes);
    TrainParams params;
    params.backbone = scratch / "b.onnx";
    params.normalise = normalise;
    params.channelOrder = order;
    Graph graph;
    RNG rng(1);
    addBackbone(graph, params, rng);
    std::vector<float> numbers;
    for (int p : graph.nodes.at(1).parameters)
    {
        const Mat row = graph.parameters[p].value.flat();
        numbers.insert(numbers.end(), row.ptr<float>(), row.ptr<float>() + row.total());
    }
    return numbers;
}

TEST(FeatureMaps, theInputIsWhatTheBackboneWants)
{
    const auto plain = [] {
        File f;
        return f.with({f.chain(2).back()});
    };
    const std::vector<float> imagenet = inputOf(plain());
    EXPECT_FLOAT_EQ(1 / (255 * 0.229f), imagenet[2]); // red, the last of what comes in, is the first
    EXPECT_FLOAT_EQ(-0.406f / 0.225f, imagenet[11]);
    EXPECT_EQ(imagenet, inputOf(plain(), NORMALISE_IMAGENET, CHANNELS_RGB));
    EXPECT_EQ((std::vector<float>{1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0}),
              inputOf(plain(), NORMALISE_BYTES, CHANNELS_BGR));
    const float s = 2 / 255.f, u = 1 / 255.f;
    EXPECT_EQ((std::vector<float>{0, 0, s, 0, s, 0, s, 0, 0, -1, -1, -1}),
              inputOf(plain(), NORMALISE_SIGNED));
    EXPECT_EQ((std::vector<float>{u, 0, 0, 0, u, 0, 0, 0, u, 0, 0, 0}),
              inputOf(plain(), NORMALISE_UNIT, CHANNELS_BGR));
}

//! (x / divisor - mean) / deviation as the first nodes, and a convolution.
std::string normalising(float divisor, const std::vector<float>& mean, const std::vector<float>& deviation)
{
    File f;
    std::string v = "image";
    if (divisor != 1)
    {
        f.writer.addConstant("divisor", {}, &divisor);
        v = f.op("Div", "scaled", {v, "divisor"});
    }
    f.writer.addConstant("mean", {1, 3, 1, 1}, mean.data());
    f.writer.addConstant("deviation", {3, 1, 1}, deviation.data());
    v = f.op("Div", "normalised", {f.op("Sub", "centred", {v, "mean"}), "deviation"});
    return f.with({f.conv("c", v, 4, 2)});
}

TEST(FeatureMaps, theInputIsWhatTheFileSays)
{
    const std::vector<float> mean{0.485f, 0.456f, 0.406f}, one(3, 1.f), deviation{0.229f, 0.224f, 0.225f};
    const std::vector<float> bytes{0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0},
        blueFirst{1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0};
    const std::vector<float> rgb = inputOf(normalising(255, mean, deviation));
    EXPECT_EQ(bytes, rgb);
    EXPECT_EQ(blueFirst, inputOf(normalising(1, {103.94f, 116.78f, 123.68f}, one)));
    const std::vector<float> unit = inputOf(normalising(1, mean, deviation));
    EXPECT_FLOAT_EQ(1 / 255.f, unit[2]);
    EXPECT_EQ(0, unit[11]);
    // Who says otherwise is believed.
    EXPECT_EQ(blueFirst, inputOf(normalising(255, mean, deviation), NORMALISE_BYTES, CHANNELS_BGR));

    const auto format = [](const std::map<std::string, std::string>& metadata) {
        return formatOf(metadata).text();
    };
    EXPECT_EQ("auto, auto", format({{"names", "{0: 'person'}"}}));
    EXPECT_EQ("0..255, bgr", format({{"Image.BitmapPixelFormat", "Bgr8"},
                                     {"Image.NominalPixelRange", "NominalRange_0_255"}}));
    EXPECT_EQ("-1..1, rgb",
              format({{"Image.BitmapPixelFormat", "Rgba8"}, {"Image.NominalPixelRange", "Normalized_1_1"}}));
    EXPECT_EQ("0..1, rgb", format({{"author", "Ultralytics"}}));
}

//! Frozen and trained, on one of several maps and on a pyramid of them, and as every kind of file.
TEST(FeatureMaps, detectorsTrainOnThem)
{
    const Scratch scratch;
    const Dataset set = writeDiscs(scratch, 4, 3, Size(96, 64), 1);
    File f;
    f.chain(5);
    writeFile(scratch / "b.onnx", f.with({headOn(f, {"8", "16", "32"})}));
    for (bool pyramid : {false, true})
        for (int freeze : {0, -1})
        {
            SCOPED_TRACE(cv::format("%d %d", pyramid, freeze));
            TrainParams p(DETECTOR_FASTER_RCNN);
            p.classes = set.classes;
            p.backbone = scratch / "b.onnx";
            p.size = Size(96, 64);
            p.batch = 2;
            p.epochs = 2;
            p.freeze = freeze;
            p.roi.hidden = p.roi.channels = 8;
            if (pyramid)
                p.setPyramid(3, 5, 8);
            Trainer trainer(p);
            EXPECT_TRUE(contains(trainer.summary(set), "features: stem"));
            EXPECT_EQ(!pyramid && freeze < 0, contains(trainer.summary(set), "once for each image and kept"));
            trainer.fit(set);
            for (ExportKind kind : {EXPORT_OPENCV, EXPORT_ONNX, EXPORT_HEADS})
                trainer.exportModel(scratch / "m.onnx", kind);
        }
}

} // namespace
} // namespace opencv_test
