// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include <filesystem>
#include <fstream>
#include "opencv2/dnn.hpp"
#include "box.hpp"
#include "check.hpp"
#include "rank.hpp"
#include "validate.hpp"

namespace cv {
namespace dnn_rpn {

ModelDescription::ModelDescription() : kind("opencv"), classes(1, "object"), scoreThreshold(0.5f) {}

namespace {

//! Throws with `what` is wrong.
void checkDescription(const ModelDescription& d)
{
    if (d.kind != "opencv" && d.kind != "heads")
        CV_Error_(Error::StsBadArg, ("kind must be \"opencv\" or \"heads\", not \"%s\"", d.kind.c_str()));
    if (d.inputSize.width <= 0 || d.inputSize.height <= 0)
        CV_Error_(Error::StsOutOfRange,
                  ("inputSize must be positive, not %d x %d", d.inputSize.width, d.inputSize.height));
    if (d.classes.empty())
        CV_Error(Error::StsBadArg, "classes must name at least one class");
    if (d.levels.size() != d.featureSizes.size())
        CV_Error_(Error::StsUnmatchedSizes,
                  ("%d levels, but %d featureSizes", static_cast<int>(d.levels.size()),
                   static_cast<int>(d.featureSizes.size())));
    if (d.kind == "heads" && d.levels.empty())
        CV_Error(Error::StsBadArg, "kind \"heads\" needs levels: without them there are no anchors");
    if (std::isnan(d.scoreThreshold))
        CV_Error(Error::StsOutOfRange, "scoreThreshold must be a number, not nan");
    for (size_t i = 0; i < d.levels.size(); ++i)
        checkLevel(d.levels[i], d.featureSizes[i]);
    checkParams(d.proposals);
}

/** A class name as FileStorage's YAML gives it back unchanged: always in quotes, or names such as
`[x]` and `"x"` would be read as something else. */
std::string quoted(const std::string& name)
{
    std::string text = "\"";
    for (const char c : name)
    {
        if (static_cast<unsigned char>(c) < ' ')
            CV_Error_(Error::StsBadArg, ("the class name \"%s\" holds a control character", name.c_str()));
        if (c == '"' || c == '\\')
            text += '\\';
        text += c;
    }
    return text + "\"";
}

std::string toYaml(const ModelDescription& d)
{
    FileStorage fs("description.yml", FileStorage::WRITE | FileStorage::MEMORY);
    fs << "kind" << d.kind << "inputSize" << d.inputSize;
    fs << "classes"
       << "[";
    for (const String& name : d.classes)
        fs << quoted(name);
    fs << "]";
    fs << "scoreThreshold" << d.scoreThreshold;
    fs << "levels"
       << "[";
    for (size_t i = 0; i < d.levels.size(); ++i)
    {
        const AnchorLevel& level = d.levels[i];
        fs << "{"
           << "stride" << level.stride << "offset" << level.offset << "widths" << level.widths << "heights"
           << level.heights << "featureSize" << d.featureSizes[i] << "}";
    }
    fs << "]";
    const ProposalParams& p = d.proposals;
    fs << "proposals"
       << "{"
       << "preNms" << p.preNms << "postNms" << p.postNms << "nmsThreshold" << p.nmsThreshold << "minSize"
       << p.minSize << "scoreThreshold" << p.scoreThreshold << "}";
    return fs.releaseAndGetString();
}

//! An entry that must be there and of the right kind.
template<typename T>
void readEntry(const FileNode& parent, const char* name, bool (FileNode::*hasKind)() const, const char* kind,
               T& value)
{
    const FileNode node = parent[name];
    if (node.empty())
        CV_Error_(Error::StsParseError, ("there is no entry '%s'", name));
    if (!(node.*hasKind)())
        CV_Error_(Error::StsParseError, ("the entry '%s' must be %s", name, kind));
    node >> value;
}

void readEntry(const FileNode& parent, const char* name, float& value)
{
    const FileNode node = parent[name];
    if (!node.isInt() && !node.isReal())
        CV_Error_(Error::StsParseError, ("there is no entry '%s', or it is no number", name));
    node >> value;
}

ModelDescription fromYaml(const FileNode& root)
{
    ModelDescription d;
    readEntry(root, "kind", &FileNode::isString, "a text", d.kind);
    readEntry(root, "inputSize", &FileNode::isSeq, "a list of two numbers", d.inputSize);
    readEntry(root, "classes", &FileNode::isSeq, "a list of texts", d.classes);
    for (const FileNode& name : root["classes"])
        if (!name.isString())
            CV_Error(Error::StsParseError, "every one of 'classes' must be a text; write numbers in quotes");
    readEntry(root, "scoreThreshold", d.scoreThreshold);
    for (const FileNode& node : root["levels"])
    {
        AnchorLevel level;
        Size featureSize;
        readEntry(node, "stride", &FileNode::isInt, "a whole number", level.stride);
        readEntry(node, "offset", level.offset);
        readEntry(node, "widths", &FileNode::isSeq, "a list of numbers", level.widths);
        readEntry(node, "heights", &FileNode::isSeq, "a list of numbers", level.heights);
        readEntry(node, "featureSize", &FileNode::isSeq, "a list of two numbers", featureSize);
        d.levels.push_back(level);
        d.featureSizes.push_back(featureSize);
    }
    const FileNode proposals = root["proposals"];
    readEntry(proposals, "preNms", &FileNode::isInt, "a whole number", d.proposals.preNms);
    readEntry(proposals, "postNms", &FileNode::isInt, "a whole number", d.proposals.postNms);
    readEntry(proposals, "nmsThreshold", d.proposals.nmsThreshold);
    readEntry(proposals, "minSize", d.proposals.minSize);
    readEntry(proposals, "scoreThreshold", d.proposals.scoreThreshold);
    checkDescription(d);
    return d;
}

} // namespace

ModelDescription ModelDescription::read(const String& path)
{
    // Opened by hand first: FileStorage does not tell a missing file from one that it cannot parse.
    if (!std::ifstream(path))
        CV_Error_(Error::StsObjectNotFound, ("cannot open the model description '%s'", path.c_str()));
    try
    {
        const FileStorage fs(path, FileStorage::READ | FileStorage::FORMAT_YAML);
        return fromYaml(fs.root());
    }
    catch (const cv::Exception& e)
    {
        CV_Error_(Error::StsParseError, ("the model description '%s': %s", path.c_str(), e.err.c_str()));
    }
}

void ModelDescription::write(const String& path) const
{
    checkDescription(*this);
    writeFile(path, toYaml(*this));
}

namespace {

//! What either kind of model gives: boxes in pixels of the picture, in no order yet.
struct Found
{
    std::vector<float> boxes, scores;
    std::vector<int> labels;
};

//! Rows (picture, label, score, x1, y1, x2, y2), the box as shares of the picture.
Found readTable(const Mat& table, Size imageSize, int classes, float threshold)
{
    if (table.total() % 7 != 0 || table.type() != CV_32F)
        CV_Error_(
            Error::StsUnmatchedSizes,
            ("a model of kind \"opencv\" must give 1 x 1 x N x 7 CV_32F, not %s", shapeText(table).c_str()));
    const float scale[4] = {static_cast<float>(imageSize.width), static_cast<float>(imageSize.height),
                            static_cast<float>(imageSize.width), static_cast<float>(imageSize.height)};
    Found found;
    const float* row = table.ptr<float>();
    for (size_t i = 0; i < table.total() / 7; ++i, row += 7)
    {
        if (!(row[1] >= 1) || !(row[2] >= threshold)) // the table is filled up with rows of zeros
            continue;
        if (row[1] > classes)
            CV_Error_(Error::StsOutOfRange,
                      ("the model gives label %g, but its description names %d classes", row[1], classes));
        const int label = static_cast<int>(row[1]);
        for (int j = 0; j < 4; ++j)
            found.boxes.push_back(row[3 + j] * scale[j]);
        found.scores.push_back(row[2]);
        found.labels.push_back(label);
    }
    return found;
}

//! The output of that name. Some importers put a prefix before it.
const Mat& outputNamed(const std::vector<Mat>& outputs, const std::vector<String>& names,
                       const std::string& name)
{
    for (size_t i = 0; i < names.size(); ++i)
    {
        const std::string& full = names[i];
        const size_t at = full.size() - std::min(full.size(), name.size());
        if (full.substr(at) == name && (at == 0 || full[at - 1] == '!' || full[at - 1] == '/'))
            return outputs[i];
    }
    CV_Error_(Error::StsObjectNotFound, ("a model of kind \"heads\" must have an output '%s'", name.c_str()));
}

//! 1 x K x columns as K x columns.
Mat headOutput(const Mat& output, const char* name, int anchors)
{
    const int columns = output.dims > 0 ? output.size[output.dims - 1] : 0;
    if (output.type() != CV_32F || columns < 1 || output.total() != static_cast<size_t>(anchors) * columns)
        CV_Error_(Error::StsUnmatchedSizes, ("the output '%s' is %s, but the description tells of %d anchors",
                                             name, shapeText(output).c_str(), anchors));
    return output.reshape(1, anchors);
}

} // namespace

struct Detector::Impl
{
    ModelDescription description;
    dnn::Net net;
    std::vector<String> outputNames;
    Mat anchors;
    std::vector<int> levelCounts;

    Found readHeads(const std::vector<Mat>& outputs, Size imageSize, float threshold) const
    {
        const Mat logits = headOutput(outputNamed(outputs, outputNames, "logits"), "logits", anchors.rows);
        const Mat deltas = headOutput(outputNamed(outputs, outputNames, "deltas"), "deltas", anchors.rows);
        Mat scores, boxes, proposalScores;
        objectness(logits, scores);
        ProposalParams params = description.proposals;
        params.scoreThreshold = std::max(params.scoreThreshold, threshold);
        generateProposals(scores, deltas, anchors, levelCounts, description.inputSize, boxes, proposalScores,
                          params);

        const float scaleX = static_cast<float>(imageSize.width) / description.inputSize.width;
        const float scaleY = static_cast<float>(imageSize.height) / description.inputSize.height;
        Found found;
        for (int i = 0; i < boxes.rows; ++i)
            for (int j = 0; j < 4; ++j)
                found.boxes.push_back(boxes.at<float>(i, j) * (j % 2 ? scaleY : scaleX));
        for (int i = 0; i < boxes.rows; ++i)
            found.scores.push_back(proposalScores.at<float>(i));
        found.labels.assign(boxes.rows, 1);
        return found;
    }
};

Detector::Detector(const String& model) : impl(makePtr<Impl>())
{
    if (!std::filesystem::is_regular_file(model))
        CV_Error_(Error::StsObjectNotFound, ("there is no model file '%s'", model.c_str()));
    const std::string yaml = std::filesystem::path(model).replace_extension(".yml").string();
    impl->description = ModelDescription::read(yaml);
    impl->net = dnn::readNetFromONNX(model);
    impl->outputNames = impl->net.getUnconnectedOutLayersNames();
    if (impl->description.kind == "opencv" && impl->outputNames.size() != 1)
        CV_Error_(Error::StsUnmatchedSizes, ("'%s': a model of kind \"opencv\" must have one output, not %d",
                                             model.c_str(), static_cast<int>(impl->outputNames.size())));
    if (impl->description.kind == "heads")
        generateAnchors(impl->description.levels, impl->description.featureSizes, impl->anchors,
                        impl->levelCounts);
}

void Detector::detect(InputArray image_, OutputArray boxes, OutputArray scores, OutputArray labels,
                      float threshold)
{
    const Mat image = image_.getMat();
    if (image.empty() || image.type() != CV_8UC3)
        CV_Error_(Error::StsBadArg, ("image must be a CV_8UC3 picture, not %s", shapeText(image).c_str()));
    if (std::isnan(threshold))
        CV_Error(Error::StsOutOfRange, "threshold must be a number, not nan");

    const ModelDescription& d = impl->description;
    impl->net.setInput(dnn::blobFromImage(image, 1, d.inputSize));
    std::vector<Mat> outputs;
    impl->net.forward(outputs, impl->outputNames);
    const Found found = d.kind == "opencv" ? readTable(outputs[0], image.size(),
                                                       static_cast<int>(d.classes.size()), threshold)
                                           : impl->readHeads(outputs, image.size(), threshold);

    ArenaVector<int> order;
    rankByScore(found.scores.data(), static_cast<int>(found.scores.size()), threshold, 0, order);
    const int count = static_cast<int>(order.size());
    boxes.create(count, 4, CV_32F);
    scores.create(count, 1, CV_32F);
    labels.create(count, 1, CV_32S);
    Mat outBoxes = boxes.getMat(), outScores = scores.getMat(), outLabels = labels.getMat();
    for (int i = 0; i < count; ++i)
    {
        float* box = outBoxes.ptr<float>(i);
        std::copy_n(found.boxes.begin() + 4 * order[i], 4, box);
        clipBox(box, static_cast<float>(image.cols), static_cast<float>(image.rows));
        outScores.at<float>(i) = found.scores[order[i]];
        outLabels.at<int>(i) = found.labels[order[i]];
    }
}

const ModelDescription& Detector::description() const
{
    return impl->description;
}

} // namespace dnn_rpn
} // namespace cv
