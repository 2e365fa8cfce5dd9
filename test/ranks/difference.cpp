// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// How far two checkpoints are from each other.
// usage: checkpoint_difference ONE OTHER: prints the largest difference of a weight tensor, in units of its length.

#include <cstdio>
#include <iostream>

#include "train/checkpoint.hpp"

using cv::dnn_rpn_train::Checkpoint;

int main(int argc, char** argv)
{
    try
    {
        if (argc != 3)
            CV_Error(cv::Error::StsBadArg, "two checkpoints are wanted");
        const Checkpoint one = Checkpoint::read(argv[1]), other = Checkpoint::read(argv[2]);
        if (one.number("steps") != other.number("steps"))
            CV_Error(cv::Error::StsBadArg, "the checkpoints are not of the same step");
        double most = 0;
        std::string where;
        for (const auto& [name, tensor] : one.tensors)
        {
            if (name.compare(0, 7, "weights") != 0)
                continue;
            const double apart = cv::norm(tensor.flat(), other.tensors.at(name).flat()),
                         relative = apart / (cv::norm(tensor.flat()) + 1e-30);
            if (!(relative <= most))
            {
                most = relative;
                where = name;
            }
        }
        std::printf("%.3g %s\n", most, where.c_str());
        return 0;
    }
    catch (const std::exception& e)
    {
        std::cerr << e.what() << std::endl;
        return 1;
    }
}
