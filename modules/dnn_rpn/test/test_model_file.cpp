// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "test_precomp.hpp"
#include <fstream>
#include "onnx_file.hpp"
#include "opencv2/dnn_rpn/model_limits.hpp"
#include "../src/model_file.hpp"

namespace opencv_test {
namespace {

//! A file that goes with the object.
class TemporaryFile
{
public:
    explicit TemporaryFile(const std::string& bytes) : path(cv::tempfile())
    {
        std::ofstream(path, std::ios::binary) << bytes;
    }
    ~TemporaryFile() { std::remove(path.c_str()); }
    const std::string path;
};

std::string model()
{
    const std::vector<uchar> bytes = OnnxFile("Add", "")
                                         .input("first", {1, 3})
                                         .constant("second", Mat(1, 3, CV_32F, Scalar(1)), {1, 3})
                                         .output("sum", {1, 3})
                                         .bytes();
    return std::string(bytes.begin(), bytes.end());
}

void check(const std::string& bytes, const ModelLimits& limits = ModelLimits())
{
    const TemporaryFile file(bytes);
    checkOnnx(file.path, limits);
}

std::string replaced(std::string text, const std::string& what, const std::string& by, bool last = false)
{
    const size_t at = last ? text.rfind(what) : text.find(what);
    EXPECT_NE(std::string::npos, at) << what;
    return text.replace(at, what.size(), by);
}

TEST(DnnRpn_ModelFile, whatOpenCVWouldFollowIntoNothingIsNamed)
{
    EXPECT_NO_THROW(check(model()));
    EXPECT_ERROR("takes 'furst', which no node before it gives", check(replaced(model(), "first", "furst")));
    EXPECT_ERROR("takes 'second'", check(replaced(model(), "second", "sekond", true)));
    EXPECT_ERROR("no node gives the output 'sun'", check(replaced(model(), "sum", "sun", true)));
    EXPECT_ERROR("no ONNX file", check(""));
    EXPECT_ERROR("no ONNX file", check("this is no model at all"));
    // Its three numbers are said to be 99.
    const std::string dims("\x08\x01\x08\x03\x10\x01", 6);
    EXPECT_ERROR("does not hold the 99 elements",
                 check(replaced(model(), dims, std::string("\x08\x01\x08\x63\x10\x01", 6))));
}

TEST(DnnRpn_ModelFile, aDamagedFileIsRefusedOrWhole)
{
    const std::string whole = model();
    for (size_t length = 1; length < whole.size(); length++)
        try
        {
            check(whole.substr(0, length));
        }
        catch (const cv::Exception&)
        {} // of every length, without a crash
    RNG rng(5);
    for (int i = 0; i < 2000; i++)
    {
        std::string changed = whole;
        for (int k = rng.uniform(1, 4); k > 0; k--)
            changed[rng.uniform(0, static_cast<int>(changed.size()))] =
                static_cast<char>(rng.uniform(0, 256));
        try
        {
            check(changed);
        }
        catch (const cv::Exception&)
        {}
    }
}

TEST(DnnRpn_ModelFile, limitsHold)
{
    ModelLimits limits;
    limits.fileBytes = 10;
    EXPECT_ERROR("more than ModelLimits::fileBytes (10)", check(model(), limits));
    limits = ModelLimits();
    limits.nodes = 0;
    EXPECT_ERROR("ModelLimits::nodes (0)", check(model(), limits));
    limits = ModelLimits();
    limits.tensorElements = 2;
    EXPECT_ERROR("'second' has 3 elements, more than ModelLimits::tensorElements (2)",
                 check(model(), limits));
}

TEST(DnnRpn_ModelFile, deepDescriptionsAreRefused)
{
    const auto depth = [](const std::string& text, int most) {
        const TemporaryFile file("%YAML:1.0\n---\n" + text);
        ModelLimits limits;
        limits.descriptionDepth = most;
        checkYaml(file.path, limits);
    };
    EXPECT_NO_THROW(depth("a: [ 1, { b: [ 2 ] } ]\n", 3));
    EXPECT_ERROR("3 deep, more than ModelLimits::descriptionDepth (2)", depth("a: [ 1, { b: [ 2 ] } ]\n", 2));
    EXPECT_NO_THROW(depth("a: \"[[[[ \\\" [[[\"\nb: '[[[['\n", 0));
    EXPECT_ERROR("deep", depth("a: it's [[[[ ' ]\n", 2)); // no text is quoted there
    EXPECT_ERROR("deep", depth("a:\n b:\n  c:\n   d: 1\n", 2));
    EXPECT_NO_THROW(depth("a:\n b: 1\nc:\n b: 2\n", 1));
    EXPECT_ERROR("deep", depth("- - - - 1\n", 2));
    const TemporaryFile deep("%YAML:1.0\n---\na: " + std::string(100000, '['));
    EXPECT_ERROR("100000 deep", ModelDescription::read(deep.path));
    const TemporaryFile xml("<?xml version=\"1.0\"?><opencv_storage>");
    EXPECT_ERROR("no YAML", ModelDescription::read(xml.path));
}

} // namespace
} // namespace opencv_test
