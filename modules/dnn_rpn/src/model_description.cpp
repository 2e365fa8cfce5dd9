// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include "opencv2/dnn_rpn/model.hpp"
#include "opencv2/dnn_rpn/private/file.hpp"
#include <fstream>
#include "model_file.hpp"
#include "validate.hpp"

namespace cv {
namespace dnn_rpn {

ModelDescription::ModelDescription()
    : kind(EXPORT_OPENCV), detector(DETECTOR_RPN), classes(1, "object"), scoreThreshold(0.5f)
{}

namespace {

//! Throws with `what` is wrong.
void checkDescription(const ModelDescription& d)
{
    if (d.inputSize.width <= 0 || d.inputSize.height <= 0)
        CV_Error_(Error::StsOutOfRange,
                  ("inputSize must be positive, not %d x %d", d.inputSize.width, d.inputSize.height));
    if (d.classes.empty())
        CV_Error(Error::StsBadArg, "classes must name at least one class");
    if (d.levels.size() != d.featureSizes.size())
        CV_Error_(Error::StsUnmatchedSizes,
                  ("%d levels, but %d featureSizes", static_cast<int>(d.levels.size()),
                   static_cast<int>(d.featureSizes.size())));
    if (d.kind == EXPORT_HEADS && d.levels.empty())
        CV_Error(Error::StsBadArg, "kind \"heads\" needs levels: without them there are no anchors");
    if (std::isnan(d.scoreThreshold))
        CV_Error(Error::StsOutOfRange, "scoreThreshold must be a number, not nan");
    for (size_t i = 0; i < d.levels.size(); i++)
        checkLevel(d.levels[i], d.featureSizes[i]);
    checkParams(d.detections);
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
    fs << "kind" << nameOf(d.kind) << "detector" << nameOf(d.detector) << "inputSize" << d.inputSize;
    fs << "classes"
       << "[";
    for (const String& name : d.classes)
        fs << quoted(name);
    fs << "]";
    fs << "scoreThreshold" << d.scoreThreshold;
    fs << "levels"
       << "[";
    for (size_t i = 0; i < d.levels.size(); i++)
    {
        const AnchorLevel& level = d.levels[i];
        fs << "{"
           << "stride" << level.stride << "offset" << level.offset << "widths" << level.widths << "heights"
           << level.heights << "featureSize" << d.featureSizes[i] << "}";
    }
    fs << "]";
    if (d.detector != DETECTOR_RPN)
    {
        const DetectionParams& p = d.detections;
        fs << "detections"
           << "{"
           << "preNms" << p.preNms << "maxDetections" << p.maxDetections << "scoreThreshold"
           << p.scoreThreshold << "nmsThreshold" << p.nmsThreshold << "minSize" << p.minSize << "deltaWeights"
           << p.deltaWeights << "}";
    }
    if (d.detector != DETECTOR_RETINANET)
    {
        const ProposalParams& p = d.proposals;
        fs << "proposals"
           << "{"
           << "preNms" << p.preNms << "postNms" << p.postNms << "nmsThreshold" << p.nmsThreshold << "minSize"
           << p.minSize << "scoreThreshold" << p.scoreThreshold << "}";
    }
    if (!d.training.empty())
    {
        fs << "training"
           << "{";
        for (const auto& parameter : d.training)
            fs << parameter.first << quoted(parameter.second);
        fs << "}";
    }
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

void readLimits(const FileNode& node, ProposalParams& p)
{
    readEntry(node, "preNms", &FileNode::isInt, "a whole number", p.preNms);
    readEntry(node, "postNms", &FileNode::isInt, "a whole number", p.postNms);
    readEntry(node, "nmsThreshold", p.nmsThreshold);
    readEntry(node, "minSize", p.minSize);
    readEntry(node, "scoreThreshold", p.scoreThreshold);
}

void readLimits(const FileNode& node, DetectionParams& p)
{
    readEntry(node, "preNms", &FileNode::isInt, "a whole number", p.preNms);
    readEntry(node, "maxDetections", &FileNode::isInt, "a whole number", p.maxDetections);
    readEntry(node, "scoreThreshold", p.scoreThreshold);
    readEntry(node, "nmsThreshold", p.nmsThreshold);
    readEntry(node, "minSize", p.minSize);
    readEntry(node, "deltaWeights", &FileNode::isSeq, "a list of four numbers", p.deltaWeights);
}

ModelDescription fromYaml(const FileNode& root)
{
    ModelDescription d;
    String name;
    readEntry(root, "kind", &FileNode::isString, "a text", name);
    d.kind = kindOf<ExportKind>(name, "kind");
    if (!root["detector"].empty())
    {
        readEntry(root, "detector", &FileNode::isString, "a text", name);
        d.detector = kindOf<DetectorKind>(name, "detector");
    }
    readEntry(root, "inputSize", &FileNode::isSeq, "a list of two numbers", d.inputSize);
    readEntry(root, "classes", &FileNode::isSeq, "a list of texts", d.classes);
    for (const FileNode& entry : root["classes"])
        if (!entry.isString())
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
    if (d.detector != DETECTOR_RPN)
        readLimits(root["detections"], d.detections);
    if (d.detector != DETECTOR_RETINANET)
        readLimits(root["proposals"], d.proposals);
    for (const FileNode& parameter : root["training"])
        d.training.push_back({parameter.name(), parameter.string()});
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
        checkYaml(path, modelLimits());
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

} // namespace dnn_rpn
} // namespace cv
