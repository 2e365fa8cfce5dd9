// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// How far two checkpoints are from each other.
// usage: checkpoint_difference ONE OTHER: prints how far the vectors of all weights and of all momenta are
// apart, in units of their lengths.

#include <cmath>
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
        for (const std::string kind : {"weights ", "momentum "})
        {
            double apart = 0, length = 0;
            for (const auto& [name, tensor] : one.tensors)
                if (name.compare(0, kind.size(), kind) == 0)
                {
                    apart += cv::norm(tensor.flat(), other.tensors.at(name).flat(), cv::NORM_L2SQR);
                    length += cv::norm(tensor.flat(), cv::NORM_L2SQR);
                }
            std::printf("%.2g ", std::sqrt(apart / length));
        }
        std::printf("\n");
        return 0;
    }
    catch (const std::exception& e)
    {
        std::cerr << e.what() << std::endl;
        return 1;
    }
}
