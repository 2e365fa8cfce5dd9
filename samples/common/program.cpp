// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "program.hpp"

#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

#if defined(__APPLE__)
#include <sys/resource.h>
#endif
#ifndef _WIN32
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#endif

#include "opencv2/core/utils/logger.hpp"
#include "opencv2/dnn_rpn_train/private/ranks.hpp"

#include "processes.hpp"

namespace {

volatile std::sig_atomic_t stopAsked = 0;

extern "C" void askToStop(int signal)
{
    stopAsked = 1;
    std::signal(signal, SIG_DFL);
}

//! A file that is opened must not become the standard output of a program that was started without one.
//! A reader of the output that ends, such as head, must not end the work.
void keepStandardStreams()
{
#ifndef _WIN32
    for (int stream = 0; stream <= 2; stream++)
        if (fcntl(stream, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
            std::abort(); // no system without it
    std::signal(SIGPIPE, SIG_IGN);
#endif
}

//! Whether who read the output has gone, such as head.
bool readerGone()
{
#ifdef _WIN32
    return false;
#else
    pollfd stream{1, 0, 0};
    return poll(&stream, 1, 0) == 1 && (stream.revents & POLLERR) != 0;
#endif
}

//! The exit code: the output may go to a file on a full disk.
int flushed()
{
    if ((std::fflush(stdout) == 0 && !std::ferror(stdout) && std::cout.flush()) || readerGone())
        return 0;
    std::cerr << "error: cannot write to the standard output; is the disk full?" << std::endl;
    return 1;
}

//! cv::CommandLineParser overlooks options it does not know, so that a slip of the pen changes nothing.
void refuseUnknown(int argc, char** argv, const std::string& keys)
{
    std::set<std::string> known;
    for (size_t open = keys.find('{'); open != std::string::npos; open = keys.find('{', open + 1))
    {
        std::istringstream names(keys.substr(open + 1, keys.find('|', open) - open - 1));
        for (std::string name; names >> name;)
            known.insert(name);
    }
    for (int i = 1; i < argc; i++)
    {
        const std::string argument = argv[i];
        const size_t dashes = argument.find_first_not_of('-');
        if (dashes == 0 || dashes == std::string::npos)
            CV_Error_(cv::Error::StsBadArg, ("'%s' is no option; options look like --name=value", argv[i]));
        const std::string name = argument.substr(dashes, argument.find('=') - dashes);
        if (!known.count(name))
            CV_Error_(cv::Error::StsBadArg, ("there is no option '--%s'; --help lists them", name.c_str()));
    }
}

//! The exit code; of several processes all end.
int failed(const std::string& why)
{
    cv::dnn_rpn_train::Ranks& ranks = cv::dnn_rpn_train::Ranks::ofProcess();
    if (ranks.count() > 1)
        ranks.abort(why);
    std::cerr << "error: " << why << std::endl;
    return 1;
}

void requireAll(cv::CommandLineParser& options, const std::string& keys)
{
    for (size_t open = keys.find('{'); open != std::string::npos; open = keys.find('{', open + 1))
    {
        const size_t first = keys.find('|', open), second = keys.find('|', first + 1);
        const std::string name = keys.substr(open + 1, keys.find_first_of(" |", open + 1) - open - 1);
        const bool obligatory =
            keys.substr(first + 1, second - first - 1).find_first_not_of(' ') == std::string::npos;
        if (obligatory && options.get<cv::String>(name).empty())
            CV_Error_(cv::Error::StsBadArg, ("the option --%s is missing; --help explains it", name.c_str()));
    }
}

} // namespace

void waitBriefly(char** argv)
{
#ifdef __linux__
    if (std::getenv("OMP_WAIT_POLICY") || std::getenv("GOMP_SPINCOUNT"))
        return;
    setenv("GOMP_SPINCOUNT", "10000", 0);
    execv("/proc/self/exe", argv); // where there is no /proc, it stays as it is
#else
    static_cast<void>(argv);
#endif
}

int runProgram(int argc, char** argv, const cv::String& about, const cv::String& keys,
               const std::function<void(cv::CommandLineParser&)>& work,
               const std::function<void(cv::CommandLineParser&)>& printHelp)
{
    keepStandardStreams();
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_ERROR);
    // Exceptions reach the user as one line below; OpenCV's own print of them would come on top.
    cv::redirectError([](int, const char*, const char*, const char*, int, void*) { return 0; });
    const cv::String all = "{help h usage ? | | prints this}" + keys;
    cv::CommandLineParser options(argc, argv, all);
    options.about(about);
    try
    {
        if (options.has("help") && !printHelp)
        {
            options.printMessage();
            return 0;
        }
        refuseUnknown(argc, argv, all);
        if (options.has("help"))
        {
            printHelp(options);
            return 0;
        }
        requireAll(options, keys);
        work(options);
        cv::dnn_rpn_train::Ranks::leave();
        return flushed();
    }
    catch (const cv::Exception& e)
    {
        return failed(e.err);
    }
    catch (const std::exception& e)
    {
        return failed(e.what());
    }
}

double numberOption(cv::CommandLineParser& options, const cv::String& name, double lowest, double highest)
{
    const cv::String text = options.get<cv::String>(name);
    double value = 0;
    char rest = 0;
    if (std::sscanf(text.c_str(), "%lf%c", &value, &rest) != 1 || !(value >= lowest && value <= highest))
        CV_Error_(cv::Error::StsBadArg,
                  ("--%s=%s is no number in %g..%g", name.c_str(), text.c_str(), lowest, highest));
    return value;
}

int countOption(cv::CommandLineParser& options, const cv::String& name, int lowest, int highest)
{
    const double value = numberOption(options, name, lowest, highest);
    if (value != std::floor(value))
        CV_Error_(cv::Error::StsBadArg, ("--%s=%g is no whole number", name.c_str(), value));
    return static_cast<int>(value);
}

cv::Size sizeOption(cv::CommandLineParser& options, const cv::String& name)
{
    const cv::String text = options.get<cv::String>(name);
    int width = 0, height = 0;
    char rest = 0;
    if (std::sscanf(text.c_str(), "%dx%d%c", &width, &height, &rest) != 2 || width < 1 || height < 1)
        CV_Error_(cv::Error::StsBadArg, ("--%s=%s is no size such as 320x240", name.c_str(), text.c_str()));
    return cv::Size(width, height);
}

std::vector<float> numbersOption(cv::CommandLineParser& options, const cv::String& name)
{
    const cv::String text = options.get<cv::String>(name);
    std::istringstream parts(text);
    std::vector<float> numbers;
    for (std::string part; std::getline(parts, part, ',');)
    {
        float value = 0;
        char rest = 0;
        if (std::sscanf(part.c_str(), "%f%c", &value, &rest) != 1 || !(value > 0))
            CV_Error_(cv::Error::StsBadArg,
                      ("--%s=%s: '%s' is no number above 0", name.c_str(), text.c_str(), part.c_str()));
        numbers.push_back(value);
    }
    return numbers;
}

cv::String choiceOption(cv::CommandLineParser& options, const cv::String& name,
                        const std::vector<cv::String>& known)
{
    const cv::String value = options.get<cv::String>(name);
    cv::String list;
    for (const cv::String& k : known)
    {
        if (value == k)
            return value;
        list += " " + k;
    }
    CV_Error_(cv::Error::StsBadArg, ("--%s=%s is none of:%s", name.c_str(), value.c_str(), list.c_str()));
}

bool flagOption(cv::CommandLineParser& options, const cv::String& name)
{
    return choiceOption(options, name, {"false", "true"}) == "true";
}

void checkWritable(const cv::String& path)
{
    if (!isFirstProcess())
        return; // it writes nothing
    const bool existed = std::filesystem::exists(path);
    if (std::filesystem::is_directory(path))
        CV_Error_(cv::Error::StsError, ("cannot write '%s': it is a folder", path.c_str()));
    if (!std::ofstream(path, std::ios::app))
        CV_Error_(cv::Error::StsError, ("cannot write '%s': %s", path.c_str(), std::strerror(errno)));
    if (!existed)
        std::filesystem::remove(path);
}

size_t peakMemory()
{
#if defined(__APPLE__)
    rusage usage{};
    return getrusage(RUSAGE_SELF, &usage) == 0 ? static_cast<size_t>(usage.ru_maxrss) : 0;
#else
    // Linux; getrusage there also counts what the process was before it became this program.
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.compare(0, 6, "VmHWM:") == 0)
            return std::strtoull(line.c_str() + 6, nullptr, 10) << 10; // kB
    return 0;
#endif
}

void catchInterrupts()
{
    std::signal(SIGINT, askToStop);
    std::signal(SIGTERM, askToStop);
#ifdef SIGUSR1
    std::signal(SIGUSR1, askToStop); // which mpirun passes on, and Slurm can send before a time limit
#endif
}

bool interrupted()
{
    return stopAsked != 0;
}
