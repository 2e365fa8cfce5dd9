// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "diary.hpp"

#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sstream>
#include <unistd.h>

#include "opencv2/dnn_rpn/private/file.hpp"

using cv::dnn_rpn_train::StepReport;

Diary::Diary(const cv::String& path_, int done) : path(path_)
{
    const cv::String part = path + ".part";
    std::string rows = "step,epoch,loss,loss_cls,loss_reg,loss_roi_cls,loss_roi_reg,lr,gradient,gradient_cls,"
                       "gradient_reg,gradient_cosine,"
                       "positives,pictures_per_second,waited,val_AR300,val_AP50\n";
    if (done > 0)
    {
        // An interrupted run left the first, one that ended early on request the second.
        const cv::String earlier = std::filesystem::exists(part) ? part : path;
        std::ifstream in(earlier);
        for (std::string line; std::getline(in, line);)
        {
            int step = 0;
            if (std::istringstream(line) >> step && step <= done)
            {
                rows += line + "\n";
                kept.push_back(line);
            }
        }
    }
    cv::dnn_rpn::writeFile(part, rows);
    file.open(part, std::ios::app);
    check();
}

void Diary::forEachEarlier(const std::function<void(const StepReport&)>& use) const
{
    for (const std::string& line : kept)
    {
        StepReport r;
        r.evaluated =
            std::sscanf(line.c_str(), "%d,%d,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%d,%lf,%lf,%lf,%lf",
                        &r.step, &r.epoch, &r.loss, &r.lossCls, &r.lossReg, &r.lossRoiCls, &r.lossRoiReg,
                        &r.learningRate, &r.gradientNorm, &r.clsGradient, &r.regGradient, &r.gradientCosine,
                        &r.positives, &r.picturesPerSecond, &r.waited, &r.validation.AR300,
                        &r.validation.AP50) == 17;
        use(r);
    }
}

void Diary::add(const StepReport& r)
{
    file << r.step << ',' << r.epoch << ',' << r.loss << ',' << r.lossCls << ',' << r.lossReg << ','
         << r.lossRoiCls << ',' << r.lossRoiReg << ',' << r.learningRate << ',' << r.gradientNorm << ','
         << r.clsGradient << ',' << r.regGradient << ',' << r.gradientCosine << ',' << r.positives << ','
         << r.picturesPerSecond << ',' << r.waited << ',';
    if (r.evaluated)
        file << r.validation.AR300 << ',' << r.validation.AP50;
    else
        file << ',';
    file << '\n';
    if (r.step % 20 == 0)
        file.flush();
    check();
}

void Diary::save()
{
    file.flush();
    check();
    const int descriptor = open((path + ".part").c_str(), O_RDONLY);
    if (descriptor >= 0)
    {
        fsync(descriptor);
        close(descriptor);
    }
}

void Diary::finish()
{
    save();
    file.close();
    check();
    std::filesystem::rename(path + ".part", path);
}

void Diary::check() const
{
    if (!file)
        CV_Error_(cv::Error::StsError, ("cannot write '%s.part'; is the disk full?", path.c_str()));
}
