// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef DNN_RPN_SAMPLES_PROGRESS_HPP
#define DNN_RPN_SAMPLES_PROGRESS_HPP

#include <chrono>
#include <string>

/** @brief How far the work is: on a terminal a bar with the time left, which redraws itself; elsewhere a
plain line for every tenth. */
class Progress
{
public:
    //! @param done where the work begins, of the total
    Progress(const std::string& title, int total, int done = 0);
    ~Progress();

    //! @param note what else to show, such as the loss
    void show(int done, const std::string& note = std::string());

    //! A line that stays.
    void say(const std::string& line);

private:
    const std::string title;
    const int total, first;
    const bool terminal;
    int lastTenth = -1;
    bool open = false; //!< a bar without its line end is on the screen
    std::chrono::steady_clock::time_point start, lastDrawn;
};

#endif
