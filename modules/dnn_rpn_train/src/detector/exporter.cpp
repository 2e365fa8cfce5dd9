// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "exporter.hpp"

namespace cv {
namespace dnn_rpn_train {

const Exporter& exporterOf(dnn_rpn::ExportKind kind)
{
#define DNN_RPN_ADDRESS(exporter) &exporters::exporter,
    for (const Exporter* exporter : {DNN_RPN_EXPORTERS(DNN_RPN_ADDRESS)})
#undef DNN_RPN_ADDRESS
        if (exporter->kind == kind)
            return *exporter;
    CV_Error_(Error::StsNotImplemented, ("nothing writes files of kind %s", dnn_rpn::nameOf(kind).c_str()));
}

} // namespace dnn_rpn_train
} // namespace cv
