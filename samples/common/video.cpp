// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "video.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstddef>
#include <cstdlib>
#include <filesystem>

#include "opencv2/core/utils/logger.hpp"

namespace fs = std::filesystem;

namespace {

bool isCamera(const cv::String& input)
{
    return !input.empty() && input.find_first_not_of("0123456789") == cv::String::npos;
}

//! Whether the last of so many images is in the file.
bool holds(const cv::String& path, int count)
{
    cv::VideoCapture quick(path);
    cv::Mat image;
    if (quick.isOpened() && quick.set(cv::CAP_PROP_POS_FRAMES, count - 1) && quick.read(image) &&
        static_cast<int>(quick.get(cv::CAP_PROP_POS_FRAMES)) == count)
        return true;
    cv::VideoCapture slow(path); // not every reader finds an image by its number
    int found = 0;
    while (found < count && slow.read(image))
        found++;
    return found == count;
}

//! The extension stays, for it says what kind of file to write.
cv::String partName(const cv::String& path)
{
    const fs::path whole(path);
    return (whole.parent_path() / (whole.stem().string() + ".part" + whole.extension().string())).string();
}

} // namespace

bool isAddress(const cv::String& input)
{
    const size_t end = input.find("://");
    return end != cv::String::npos && end > 1 && // a drive of Windows has one letter
           std::all_of(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(end),
                       [](unsigned char c) { return std::isalnum(c) || c == '+' || c == '-' || c == '.'; });
}

cv::String shownAddress(const cv::String& input)
{
    if (!isAddress(input))
        return input;
    const size_t host = input.find("://") + 3, end = std::min(input.find('/', host), input.size()),
                 at = input.substr(0, end).rfind('@');
    return at == cv::String::npos || at < host ? input : input.substr(0, host) + input.substr(at + 1);
}

VideoInput::VideoInput(const cv::String& input) : name(input)
{
    if (isCamera(input) && input.size() > 4)
        CV_Error_(cv::Error::StsBadArg,
                  ("--input=%s is no number of a camera: they go from 0 to 9999", input.c_str()));
    // What OpenCV's readers say about an address holds the password.
    const auto level = cv::utils::logging::getLogLevel();
    if (isAddress(input))
        cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    const bool opened = isCamera(input) ? capture.open(std::atoi(input.c_str())) : capture.open(input);
    cv::utils::logging::setLogLevel(level);
    if (!opened && isAddress(input))
        CV_Error_(cv::Error::StsObjectNotFound,
                  ("cannot open '%s': nobody answers there, or this OpenCV has no FFmpeg or GStreamer that "
                   "speaks %s",
                   shownAddress(input).c_str(), input.substr(0, input.find("://")).c_str()));
    if (!opened)
        CV_Error_(cv::Error::StsObjectNotFound,
                  ("cannot open the %s '%s': it is not there, or OpenCV cannot read it",
                   isCamera(input) ? "camera" : "video", input.c_str()));
}

bool VideoInput::read(cv::Mat& image)
{
    if (!capture.read(image))
        return false;
    count++;
    return true;
}

int VideoInput::expected() const
{
    return isCamera(name) ? 0 : std::max(0, static_cast<int>(capture.get(cv::CAP_PROP_FRAME_COUNT)));
}

double VideoInput::framesPerSecond() const
{
    return std::max(1., capture.get(cv::CAP_PROP_FPS));
}

void VideoInput::tellIfShort() const
{
    // Some containers only tell their length in seconds, which is an image or two off.
    const int slack = 1 + expected() / 100;
    if (count + slack < expected())
        std::fprintf(stderr,
                     "note: '%s' ended early: %d of %d frames could be read; it is cut off or broken\n",
                     shownAddress(name).c_str(), count, expected());
}

VideoOutput::VideoOutput(const cv::String& path_, double framesPerSecond)
    : path(path_), aside(partName(path_)), fps(framesPerSecond)
{}

VideoOutput::~VideoOutput()
{
    writer.release();
    std::error_code ignored;
    fs::remove(aside, ignored);
}

void VideoOutput::write(const cv::Mat& image)
{
    if (!writer.isOpened() &&
        !writer.open(aside, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), fps, image.size()))
        CV_Error_(cv::Error::StsError,
                  ("cannot write the video '%s'; is the folder there and writable, and the "
                   "name's end one of a video, such as .avi?",
                   path.c_str()));
    writer.write(image);
    count++;
}

void VideoOutput::finish()
{
    writer.release();
    if (!holds(aside, count))
        CV_Error_(cv::Error::StsError,
                  ("cannot write the video '%s': not all of its %d images are in it; is the disk full?",
                   path.c_str(), count));
    std::error_code error;
    fs::rename(aside, path, error);
    if (error)
        CV_Error_(cv::Error::StsError, ("cannot write '%s': %s", path.c_str(), error.message().c_str()));
}

void checkDisplay()
{
#if !defined(_WIN32) && !defined(__APPLE__)
    for (const char* variable : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"})
        if (const char* value = std::getenv(variable))
            if (*value)
                return;
    CV_Error(cv::Error::StsError,
             "there is no display to show images on (neither DISPLAY nor WAYLAND_DISPLAY is "
             "set); --output=FILE.avi writes a video instead");
#endif
}
