// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "precomp.hpp"
#include "opencv2/dnn_rpn/private/file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#ifndef _WIN32
#include <fcntl.h>
#include <unistd.h>
#endif

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

namespace {

#ifdef _WIN32
bool toDisk(std::FILE*)
{
    return true;
}
#else
//! Until then a power cut may leave a file with its new name and nothing in it.
bool toDisk(std::FILE* file)
{
    return fsync(fileno(file)) == 0;
}

#endif

} // namespace

void syncFile(const std::string& path)
{
#ifdef _WIN32
    static_cast<void>(path);
#else
    const int descriptor = open(path.c_str(), O_RDONLY);
    if (descriptor >= 0)
    {
        fsync(descriptor);
        close(descriptor);
    }
#endif
}

void writeFile(const std::string& path, const std::string& bytes)
{
    const std::string aside = path + ".part";
    std::string why;
    if (std::FILE* out = std::fopen(aside.c_str(), "wb"))
    {
        const bool written = std::fwrite(bytes.data(), 1, bytes.size(), out) == bytes.size() &&
                             std::fflush(out) == 0 && toDisk(out);
        if (!written)
            why = std::strerror(errno);
        if (std::fclose(out) != 0 && why.empty())
            why = std::strerror(errno);
    }
    else
        why = std::strerror(errno);
    std::error_code error;
    if (why.empty())
    {
        std::filesystem::rename(aside, path, error);
        if (error)
            why = error.message();
    }
    if (!why.empty())
    {
        std::remove(aside.c_str());
        CV_Error_(Error::StsError, ("cannot write '%s': %s", path.c_str(), why.c_str()));
    }
    // The new name too; some file systems cannot, and then it is the file that counts.
    const std::string folder = std::filesystem::path(path).parent_path().string();
    syncFile(folder.empty() ? "." : folder);
}

} // namespace dnn_rpn
} // namespace cv
