// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
// The checkpoint of a training whose last step was rounded otherwise: what another order of summation does.
// usage: checkpoint_rounded ONE OTHER SEED EPOCHS: writes ONE as OTHER, for a training of so many epochs,
// each weight moved at random by up to one unit in its last place; SEED 0: as it is.

#include <cmath>
#include <cstdlib>
#include <iostream>

#include "train/checkpoint.hpp"

using cv::dnn_rpn_train::Checkpoint;

int main(int argc, char** argv)
{
    try
    {
        if (argc != 5)
            CV_Error(cv::Error::StsBadArg, "two checkpoints, a seed and a number of epochs are wanted");
        Checkpoint checkpoint = Checkpoint::read(argv[1]);
        for (auto& setting : checkpoint.settings)
            if (setting.first == "epochs")
                setting.second = argv[4];
        const int seed = std::atoi(argv[3]);
        cv::RNG rng(static_cast<uint64>(seed));
        for (auto& [name, tensor] : checkpoint.tensors)
            if (seed > 0 && name.compare(0, 8, "weights ") == 0)
                for (size_t i = 0; i < tensor.shape().total(); i++)
                {
                    const float away = rng.uniform(0, 2) ? HUGE_VALF : -HUGE_VALF;
                    if (rng.uniform(0, 2))
                        tensor.data()[i] = std::nextafter(tensor.data()[i], away);
                }
        checkpoint.write(argv[2]);
        return 0;
    }
    catch (const std::exception& e)
    {
        std::cerr << e.what() << std::endl;
        return 1;
    }
}
