// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_SAMPLES_PROGRAM_HPP
#define DNN_RPN_SAMPLES_PROGRAM_HPP

#include <functional>
#include <vector>

#include "opencv2/core/utility.hpp"

/** @brief What every program here does around its work: parses the command line, prints the help, turns
an exception into one readable line.

@param about printed above the options by --help
@param keys as for cv::CommandLineParser, without help; options without a default are obligatory unless
they are marked <none>
@param work the program
@param printHelp what --help prints; without it, all keys
@return the exit code: 0, or 1 after an error, which is printed */
int runProgram(int argc, char** argv, const cv::String& about, const cv::String& keys,
               const std::function<void(cv::CommandLineParser&)>& work,
               const std::function<void(cv::CommandLineParser&)>& printHelp = nullptr);

/** @brief To be called first by programs that train. Threads of OpenMP that wait for each other spin, by
default for so long that whatever else runs on the machine costs a training a factor of 3 to 8; from here on
they give way after some microseconds. The library reads its environment before main(), so this starts the
program once more. A user's own OMP_WAIT_POLICY or GOMP_SPINCOUNT wins. */
void waitBriefly(char** argv);

//! A number; cv::Exception with option and value if it is none or not in lowest..highest.
double numberOption(cv::CommandLineParser& options, const cv::String& name, double lowest, double highest);

//! The same for whole numbers.
int countOption(cv::CommandLineParser& options, const cv::String& name, int lowest, int highest);

//! "320x240" as a size; cv::Exception with option and value if it is none.
cv::Size sizeOption(cv::CommandLineParser& options, const cv::String& name);

//! "16,32,64" as numbers; cv::Exception with option and value if they are none.
std::vector<float> numbersOption(cv::CommandLineParser& options, const cv::String& name);

//! The option's value if it is one of those; cv::Exception names them otherwise.
cv::String choiceOption(cv::CommandLineParser& options, const cv::String& name,
                        const std::vector<cv::String>& known);

//! Whether --name or --name=true was given; the default is false. cv::Exception for anything else.
bool flagOption(cv::CommandLineParser& options, const cv::String& name);

//! Finds out before the work whether a file can be written at its end; cv::Exception if not.
void checkWritable(const cv::String& path);

//! The most bytes of memory that this process has held so far; 0 where the system does not tell.
size_t peakMemory();

//! From now on Ctrl-C, SIGTERM and SIGUSR1 only make interrupted() true; a second one ends the program.
void catchInterrupts();
bool interrupted();

#endif
