// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "launched.hpp"

#include <cstdlib>

namespace cv {
namespace dnn_rpn_train {

std::unique_ptr<Ranks> launchedRanks(double)
{
    // Each of them would train on everything and write the same files.
    for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"})
    {
        const char* const size = std::getenv(name);
        if (size && std::atoi(size) > 1)
            CV_Error_(Error::StsNotImplemented,
                      ("this process is one of %s (%s), but this build trains alone. Configure it with "
                       "-DWITH_MPI=ON (Debian: libopenmpi-dev)",
                       size, name));
    }
    return nullptr;
}

} // namespace dnn_rpn_train
} // namespace cv
