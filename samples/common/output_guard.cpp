// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "output_guard.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>

#ifdef _WIN32
#include <windows.h>
#else
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace fs = std::filesystem;

namespace {

//! Also for paths where nothing is yet.
bool sameFile(const fs::path& a, const fs::path& b)
{
    std::error_code error;
    if (fs::equivalent(a, b, error))
        return true;
    const fs::path one = fs::weakly_canonical(a, error);
    return !error && one == fs::weakly_canonical(b, error) && !error;
}

bool liesIn(const fs::path& file, const fs::path& folder)
{
    std::error_code error;
    const fs::path inside = fs::weakly_canonical(file, error), outside = fs::weakly_canonical(folder, error);
    return !error &&
           std::mismatch(outside.begin(), outside.end(), inside.begin(), inside.end()).first == outside.end();
}

//! Whether a file of that name in a data set may be part of it. What a training writes beside its model is
//! not.
bool belongsToData(const fs::path& file)
{
    std::string extension = file.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (extension == ".csv" || extension == ".yml")
        return !fs::exists(fs::path(file).replace_extension(".onnx"));
    return extension != ".onnx" && extension != ".html" && extension != ".checkpoint";
}

} // namespace

void checkOutputs(const std::vector<NamedPath>& outputs, const std::vector<NamedPath>& inputs)
{
    for (size_t i = 0; i < outputs.size(); i++)
    {
        const NamedPath& output = outputs[i];
        if (output.path.empty())
            continue;
        for (size_t k = 0; k < i; k++)
            if (!outputs[k].path.empty() && sameFile(output.path, outputs[k].path))
                CV_Error_(cv::Error::StsBadArg,
                          ("%s=%s and %s=%s are the same file; give one of them another name",
                           outputs[k].option.c_str(), outputs[k].path.c_str(), output.option.c_str(),
                           output.path.c_str()));
        for (const NamedPath& input : inputs)
        {
            if (input.path.empty())
                continue;
            std::error_code error;
            const bool within = fs::is_directory(input.path, error) && fs::exists(output.path, error) &&
                                !fs::is_directory(output.path, error) && liesIn(output.path, input.path) &&
                                belongsToData(output.path);
            if (within || sameFile(output.path, input.path))
                CV_Error_(cv::Error::StsBadArg,
                          ("%s=%s is %s %s=%s, which would be overwritten; give the output another name",
                           output.option.c_str(), output.path.c_str(), within ? "a file in" : "the input",
                           input.option.c_str(), input.path.c_str()));
        }
    }
}

void checkEmptyFolder(const NamedPath& folder)
{
    std::error_code error;
    if (fs::is_directory(folder.path, error) && !fs::is_empty(folder.path, error))
        CV_Error_(cv::Error::StsBadArg,
                  ("%s=%s is a folder that holds files already, which would be mixed up or overwritten; name "
                   "a new or an empty folder",
                   folder.option.c_str(), folder.path.c_str()));
}

#ifdef _WIN32
struct OutputLock::File
{
    HANDLE handle;
};

OutputLock::OutputLock(const NamedPath& output)
{
    const cv::String path = output.path + ".lock";
    const HANDLE handle = CreateFileA(path.c_str(), GENERIC_WRITE, 0, nullptr, CREATE_ALWAYS,
                                      FILE_ATTRIBUTE_NORMAL | FILE_FLAG_DELETE_ON_CLOSE, nullptr);
    if (handle != INVALID_HANDLE_VALUE)
        file.reset(new File{handle});
    else if (GetLastError() == ERROR_SHARING_VIOLATION)
        CV_Error_(cv::Error::StsError,
                  ("another run is writing %s=%s; wait for its end or name another output",
                   output.option.c_str(), output.path.c_str()));
    else
        CV_Error_(cv::Error::StsError, ("cannot write '%s'", path.c_str()));
}

OutputLock::~OutputLock()
{
    if (file)
        CloseHandle(file->handle);
}
#else
struct OutputLock::File
{
    cv::String path;
    int descriptor;
};

OutputLock::OutputLock(const NamedPath& output)
{
    const cv::String path = output.path + ".lock";
    for (;;)
    {
        const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        if (descriptor < 0)
            CV_Error_(cv::Error::StsError, ("cannot write '%s': %s", path.c_str(), std::strerror(errno)));
        if (flock(descriptor, LOCK_EX | LOCK_NB) != 0)
        {
            const bool taken = errno == EWOULDBLOCK;
            char owner[32] = "";
            if (read(descriptor, owner, sizeof(owner) - 1) < 0)
                owner[0] = 0;
            close(descriptor);
            if (!taken)
                return; // this file system has no locks
            CV_Error_(cv::Error::StsError,
                      ("another run (process %s) is writing %s=%s; wait for its end or name another output",
                       owner, output.option.c_str(), output.path.c_str()));
        }
        // The last owner may have removed the file between open and flock; then the lock is on no name.
        struct stat locked, named;
        if (fstat(descriptor, &locked) == 0 && stat(path.c_str(), &named) == 0 &&
            locked.st_ino == named.st_ino && locked.st_dev == named.st_dev)
        {
            const std::string owner = std::to_string(getpid());
            if (ftruncate(descriptor, 0) != 0 ||
                write(descriptor, owner.data(), owner.size()) != static_cast<ssize_t>(owner.size()))
                errno = 0; // the number is a help, not the lock
            file.reset(new File{path, descriptor});
            return;
        }
        close(descriptor);
    }
}

OutputLock::~OutputLock()
{
    if (!file)
        return;
    unlink(file->path.c_str()); // while it is still locked
    close(file->descriptor);
}
#endif
