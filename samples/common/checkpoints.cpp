// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "checkpoints.hpp"

#include <cstdio>
#include <filesystem>

#include "processes.hpp"
#include "program.hpp"

using namespace cv;
using cv::dnn_rpn_train::Trainer;

String Checkpoints::fileOf(CommandLineParser& options, const String& model)
{
    const String file = options.get<String>("checkpoint");
    return file == "auto" ? model + ".checkpoint" : file == "none" ? String() : file;
}

Checkpoints::Checkpoints(CommandLineParser& options, const String& model)
    : file(fileOf(options, model)), seconds(numberOption(options, "checkpoint_every", 0, 1e9)),
      keep(flagOption(options, "keep_checkpoint")), written(Clock::now())
{
    const bool resume = flagOption(options, "resume");
    if (file.empty() && resume)
        CV_Error(Error::StsBadArg, "--resume goes on at a checkpoint, but --checkpoint=none");
    if (file.empty())
        return;
    const bool found = isFirstProcess() && std::filesystem::exists(file);
    if (found && !resume)
        CV_Error_(Error::StsBadArg,
                  ("'%s' is of a training that was interrupted: --resume goes on with it; to start anew, "
                   "remove it",
                   file.c_str()));
    checkWritable(file);
    resumes = cv::dnn_rpn_train::Ranks::ofProcess().any(found && resume);
    if (resume && !found)
        std::printf("no checkpoint '%s' yet: starting at the first step\n", file.c_str());
}

int Checkpoints::load(Trainer& trainer) const
{
    const int done = resumes ? trainer.loadCheckpoint(file) : 0;
    if (resumes)
        std::printf("resuming from '%s' after step %d\n", file.c_str(), done);
    return done;
}

void Checkpoints::save(const Trainer& trainer, cv::dnn_rpn_train::TrainingLog& log, bool last, bool stop)
{
    const bool due = Clock::now() - written >= std::chrono::duration<double>(seconds);
    if (file.empty() || !(due || stop || (last && keep)))
        return;
    log.save();
    trainer.saveCheckpoint(file);
    written = Clock::now();
}

void Checkpoints::finish() const
{
    if (!file.empty() && !keep && isFirstProcess())
        std::filesystem::remove(file);
}
