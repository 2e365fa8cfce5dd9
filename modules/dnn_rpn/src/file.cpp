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
#include <sys/file.h>
#include <sys/stat.h>
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
std::FILE* openAlone(const std::string& path)
{
    return std::fopen(path.c_str(), "wb");
}
int keepLock(std::FILE*)
{
    return -1;
}
void dropLock(int) {}
bool toDisk(std::FILE*)
{
    return true;
}
#else
//! An empty file of that name. Of several processes that write it one does at a time: the next one waits
//! until it has been renamed, and then makes another. (Where the file system has no locks none waits.)
std::FILE* openAlone(const std::string& path)
{
    for (;;)
    {
        const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
        if (descriptor < 0)
            return nullptr;
        struct stat locked, named;
        const bool mine = flock(descriptor, LOCK_EX) != 0 ||
                          (fstat(descriptor, &locked) == 0 && stat(path.c_str(), &named) == 0 &&
                           locked.st_ino == named.st_ino && locked.st_dev == named.st_dev);
        if (mine && ftruncate(descriptor, 0) == 0)
            return fdopen(descriptor, "wb");
        const int why = errno;
        close(descriptor);
        errno = why;
        if (mine)
            return nullptr;
    }
}

//! Over fclose(), until the file has been renamed.
int keepLock(std::FILE* file)
{
    return fcntl(fileno(file), F_DUPFD_CLOEXEC, 0);
}

void dropLock(int lock)
{
    if (lock >= 0)
        close(lock);
}

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
    if (std::FILE* out = openAlone(aside))
    {
        const bool written = std::fwrite(bytes.data(), 1, bytes.size(), out) == bytes.size() &&
                             std::fflush(out) == 0 && toDisk(out);
        if (!written)
            why = std::strerror(errno);
        const int lock = keepLock(out);
        if (std::fclose(out) != 0 && why.empty())
            why = std::strerror(errno);
        std::error_code error;
        if (why.empty())
            std::filesystem::rename(aside, path, error);
        if (error)
            why = error.message();
        if (!why.empty())
            std::remove(aside.c_str());
        dropLock(lock);
    }
    else
        why = std::strerror(errno);
    if (!why.empty())
        CV_Error_(Error::StsError, ("cannot write '%s': %s", path.c_str(), why.c_str()));
    // The new name too; some file systems cannot, and then it is the file that counts.
    const std::string folder = std::filesystem::path(path).parent_path().string();
    syncFile(folder.empty() ? "." : folder);
}

} // namespace dnn_rpn
} // namespace cv
