// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "folds.hpp"

#include <cmath>
#include <cstdio>

#include "opencv2/dnn_rpn/private/file.hpp"
#include "opencv2/dnn_rpn_train/trainer.hpp"

#include "json.hpp"
#include "program.hpp"
#include "progress.hpp"
#include "report.hpp"

using namespace cv;
using namespace cv::dnn_rpn_train;
using dnn_rpn::Metrics;

namespace {

//! All but one.
Dataset without(const std::vector<Dataset>& parts, int left)
{
    Dataset rest = parts[0];
    rest.images.clear();
    for (int k = 0; k < static_cast<int>(parts.size()); k++)
        if (k != left)
            rest.images.insert(rest.images.end(), parts[k].images.begin(), parts[k].images.end());
    return rest;
}

//! @return false if it was interrupted
bool trainOn(Trainer& trainer, const Dataset& images, const String& title)
{
    trainer.start(images);
    std::unique_ptr<Progress> progress;
    for (StepStats stats; trainer.step(stats);)
    {
        if (!progress)
            progress = std::make_unique<Progress>(title, stats.steps);
        progress->show(stats.step, format("epoch %d/%d  loss %.4f", stats.epoch, stats.epochs, stats.loss));
        if (interrupted())
            return false;
    }
    trainer.finish();
    return true;
}

struct Spread
{
    double mean = -1, deviation = 0; //!< -1: no fold has the score
};

Spread spreadOf(const std::vector<Metrics>& folds, double Metrics::*value)
{
    std::vector<double> all;
    for (const Metrics& metrics : folds)
        if (metrics.*value >= 0)
            all.push_back(metrics.*value);
    Spread spread;
    if (all.empty())
        return spread;
    spread.mean = 0;
    for (double v : all)
        spread.mean += v / all.size();
    for (double v : all)
        spread.deviation += (v - spread.mean) * (v - spread.mean);
    spread.deviation = all.size() > 1 ? std::sqrt(spread.deviation / (all.size() - 1)) : 0;
    return spread;
}

void print(const std::vector<Metrics>& folds)
{
    std::printf("\nmean and standard deviation over %zu folds:\n", folds.size());
    for (const MetricRow& row : metricRows())
    {
        const Spread spread = spreadOf(folds, row.value);
        if (spread.mean < 0)
            continue;
        std::printf("  %-13s %.4f +- %.4f  (", row.key, spread.mean, spread.deviation);
        for (size_t k = 0; k < folds.size(); k++)
            std::printf("%s%s", k == 0 ? "" : " ", metricText(folds[k].*row.value).c_str());
        std::printf(")\n");
    }
}

void write(const String& path, const std::vector<Metrics>& folds)
{
    Json all;
    all["folds"] = folds.size();
    for (const MetricRow& row : metricRows())
    {
        const Spread spread = spreadOf(folds, row.value);
        if (spread.mean < 0)
            continue;
        all["mean"][row.key] = spread.mean;
        all["deviation"][row.key] = spread.deviation;
        for (const Metrics& metrics : folds)
            all["each"][row.key].push_back(metrics.*row.value);
    }
    dnn_rpn::writeFile(path, all.dump(2) + "\n");
    std::printf("wrote %s\n", path.c_str());
}

} // namespace

void crossValidate(const Dataset& images, TrainParams params, int folds, const String& json)
{
    params.evalEvery = params.patience = 0; // a fold that chose the weights would flatter them
    const std::vector<Dataset> parts = splitDataset(images, std::vector<double>(folds, 1.), params.seed);
    std::vector<Metrics> scores;
    for (int k = 0; k < folds && !interrupted(); k++)
    {
        Trainer trainer(params);
        if (!trainOn(trainer, without(parts, k), format("fold %d of %d", k + 1, folds)))
            break;
        scores.push_back(trainer.evaluate(parts[k]));
        std::printf("fold %d of %d: %zu images, AP50 %s, AR100 %s\n", k + 1, folds, parts[k].images.size(),
                    metricText(scores.back().AP50).c_str(), metricText(scores.back().AR100).c_str());
    }
    if (scores.empty())
        CV_Error(Error::StsError, "interrupted before the end of the first fold");
    print(scores);
    if (!json.empty())
        write(json, scores);
}
