// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include "opencv2/dnn_rpn/file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace cv {
namespace dnn_rpn {

std::string readFile(const std::string& path)
{
    std::error_code ignored;
    std::ifstream in(path, std::ios::binary);
    // A folder opens but does not read.
    if (!in || std::filesystem::is_directory(path, ignored))
        CV_Error_(Error::StsError,
                  ("cannot read '%s': %s", path.c_str(), in ? "it is a folder" : std::strerror(errno)));
    std::ostringstream bytes;
    bytes << in.rdbuf();
    return bytes.str();
}

void writeFile(const std::string& path, const std::string& bytes)
{
    const std::string aside = path + ".part";
    std::ofstream out(aside, std::ios::binary | std::ios::trunc);
    if (out)
    {
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        out.close();
    }
    std::error_code error;
    if (out)
        std::filesystem::rename(aside, path, error);
    if (!out || error)
    {
        const std::string why = error ? error.message() : std::strerror(errno);
        std::remove(aside.c_str());
        CV_Error_(Error::StsError, ("cannot write '%s': %s", path.c_str(), why.c_str()));
    }
}

} // namespace dnn_rpn
} // namespace cv
