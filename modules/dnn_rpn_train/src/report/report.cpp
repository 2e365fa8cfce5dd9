// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "opencv2/dnn_rpn_train/report.hpp"

#include <chrono>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <map>
#include <set>

#include "opencv2/dnn_rpn/detector_traits.hpp"
#include "opencv2/dnn_rpn/private/file.hpp"

#include "chart.hpp"
#include "example.hpp"
#include "html.hpp"
#include "page.hpp"
#include "../params/kinds.hpp"
#include "../params/settings.hpp"
#include "../train/step_stats.hpp"

namespace cv {
namespace dnn_rpn_train {

using dnn_rpn::Metrics;

namespace {

typedef std::chrono::steady_clock Clock;

const double secondsBetweenPages = 5, secondsToFirstExamples = 10, secondsBetweenExamples = 60;

double since(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

const double missing = std::numeric_limits<double>::quiet_NaN();

//! Where a score is drawn over the epochs: detections are judged by precision, proposals by recall.
enum ScoreChart
{
    NoChart,
    RecallChart,
    PrecisionChart
};

//! One score of a validation.
struct Score
{
    const char* name;
    double Metrics::*value;
    ScoreChart chart;
    const char* meaning;
};

const Score scores[] = {
    {"AR@10", &Metrics::AR10, RecallChart,
     "recall of the 10 best boxes an image, mean over IoU 0.50:0.05:0.95"},
    {"AR@100", &Metrics::AR100, RecallChart, "the same of 100"},
    {"AR@300", &Metrics::AR300, RecallChart, "the same of 300"},
    {"AR@1000", &Metrics::AR1000, RecallChart, "the same of 1000"},
    {"AR small", &Metrics::AR1000small, NoChart, "AR@1000 of objects below 32 \u00d7 32 pixels"},
    {"AR medium", &Metrics::AR1000medium, NoChart, "AR@1000 of objects up to 96 \u00d7 96"},
    {"AR large", &Metrics::AR1000large, NoChart, "AR@1000 of larger ones"},
    {"AP", &Metrics::AP, PrecisionChart, "precision, mean over recall and over IoU 0.50:0.05:0.95"},
    {"AP50", &Metrics::AP50, PrecisionChart, "precision at IoU 0.50"},
    {"AP75", &Metrics::AP75, PrecisionChart, "precision at IoU 0.75"},
};

double valueOf(const Score& score, const Metrics& metrics)
{
    return metrics.*score.value < 0 ? missing : metrics.*score.value;
}

struct StateText
{
    const char *name, *style;
};

const StateText stateTexts[] = {
    {"running", "running"}, {"finished", "finished"}, {"stopped early", "stopped"}, {"failed", "failed"}};

std::string tile(const std::string& name, const std::string& value, const std::string& note)
{
    return "<div class=\"tile\"><small>" + name + "</small><b>" + value + "</b><small>" + note +
           "</small></div>\n";
}

std::string localTime(std::time_t time)
{
    char text[32];
    return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", std::localtime(&time)));
}

} // namespace

struct TrainingReport::Impl
{
    const String path;
    const bool hasClasses; //!< detections are trained for, rather than proposals
    Settings settings;     //!< what was used, not what was typed
    const Clock::time_point start = Clock::now();
    const std::time_t startTime = std::time(nullptr);
    State state = Running;
    String note;

    std::vector<Curve> curves{stepColumns().size()}; //!< those of columns without a plot stay empty
    StepStats last;
    int firstStep = 0;
    Clock::time_point firstStepEnd;
    double secondsAImage = 0; //!< added up over the steps
    double secondsTaken = 0;  //!< set at the end
    std::map<int, Metrics> validations;
    std::vector<Example> examples;
    Clock::time_point examplesTime, pageTime;
    std::set<String> complaints;

    Impl(const String& path_, const TrainParams& params, const Settings& more)
        : path(path_), hasClasses(dnn_rpn::traitsOf(params.detector()).hasClasses), settings(more)
    {
        settings.push_back({"detector", dnn_rpn::nameOf(params.detector())});
        for (const auto& [name, value] : namesAndValues(params))
            settings.push_back({name, value});
    }

    //! Once for each reason; as an error, because programs like to silence warnings.
    void complain(const String& what)
    {
        if (complaints.insert(what).second)
            CV_LOG_ERROR(NULL, "the training report: " << what);
    }

    bool tryWrite()
    {
        pageTime = Clock::now();
        try
        {
            dnn_rpn::writeFile(path, page());
            return true;
        }
        catch (const cv::Exception& e)
        {
            complain(e.err);
            return false;
        }
    }

    bool running() const { return state == Running; }

    double secondsLeft() const
    {
        const int done = last.step - firstStep;
        return done > 0 ? since(firstStepEnd) / done * (last.steps - last.step) : missing;
    }

    const Curve& curveOf(double StepStats::*member) const
    {
        size_t i = 0;
        while (stepColumns()[i].member != decltype(StepColumn::member)(member))
            i++;
        return curves[i];
    }

    std::string tiles() const
    {
        const double share = last.steps > 0 ? static_cast<double>(last.step) / last.steps : 0;
        std::string html = "<div class=\"tile\"><small>Progress</small><b>" + fixedPoint(100 * share, 0) +
                           " %</b><div class=\"bar\"><i style=\"width:" + plain(std::round(100 * share)) +
                           "%\"></i></div><small>step " + fixedPoint(last.step, 0) + " of " +
                           fixedPoint(last.steps, 0) + "<br>epoch " + fixedPoint(last.epoch, 0) + " of " +
                           fixedPoint(last.epochs, 0) + "</small></div>\n";
        if (running())
            html += tile("Time left",
                         std::isfinite(secondsLeft()) ? readableTime(secondsLeft()) : readable(missing),
                         readableTime(since(start)) + " so far");
        else
            html += tile("Time taken", readableTime(secondsTaken), "began " + localTime(startTime));

        const auto ofLate = [&](double StepStats::*member) {
            const Curve& curve = curveOf(member);
            return curve.empty() ? readable(missing) : readable(curve.smoothed().back().y);
        };
        html += tile("Loss", ofLate(&StepStats::loss),
                     "classification " + ofLate(&StepStats::lossCls) + ", regression " +
                         ofLate(&StepStats::lossReg));

        const Score& aim = *std::find_if(std::begin(scores), std::end(scores), [&](const Score& s) {
            return s.name == std::string(hasClasses ? "AP50" : "AR@300");
        });
        double best = missing;
        int bestEpoch = 0;
        for (const auto& v : validations)
        {
            const double reached = valueOf(aim, v.second);
            if (reached >= 0 && !(best >= reached))
            {
                best = reached;
                bestEpoch = v.first;
            }
        }
        html += tile(std::string("Best ") + aim.name, readable(best),
                     bestEpoch > 0 ? "after epoch " + fixedPoint(bestEpoch, 0)
                     : running()   ? "no validation yet"
                                   : "no validation");
        const int steps = last.step - firstStep + (firstStep > 0);
        html += tile("Images a second", readable(steps > 0 ? steps / secondsAImage : missing),
                     "loading included");
        return "<div class=\"tiles\">\n" + html + "</div>\n";
    }

    std::string charts() const
    {
        std::vector<Chart> charts;
        for (const Plot& p : stepPlots())
            charts.push_back(Chart(p.title, p.unit, "step", p.logarithmic));
        for (size_t i = 0; i < curves.size(); i++)
        {
            const StepColumn& column = stepColumns()[i];
            if (column.plot == NoPlot)
                continue;
            if (column.smoothed)
                charts[column.plot].addSmoothed(column.curve, curves[i]);
            else
                charts[column.plot].addLine(column.curve, curves[i]);
        }
        if (validations.size() > 1)
        {
            Chart recall(hasClasses ? "Precision" : "Recall", "on the validation images", "epoch");
            for (const Score& score : scores)
                if (score.chart == (hasClasses ? PrecisionChart : RecallChart))
                {
                    std::vector<Point2d> points;
                    for (const auto& v : validations)
                        points.push_back(Point2d(v.first, valueOf(score, v.second)));
                    recall.addPoints(score.name, points);
                }
            charts.insert(charts.begin() + 1, recall);
        }
        std::string html;
        for (const Chart& chart : charts)
            if (!chart.empty())
                html += chart.html();
        if (html.empty())
            return "<p class=\"note\">The curves appear after the first steps.</p>\n";
        const int stretch = curveOf(&StepStats::loss).thinning();
        return "<h2>Course</h2>\n<div class=\"charts\">\n" + html + "</div>\n<p class=\"note\">Faint: " +
               (stretch == 1
                    ? "every step"
                    : "the lowest and the highest value of every " + fixedPoint(stretch, 0) + " steps") +
               ". Strong: smoothed.</p>\n";
    }

    std::string examplesSection() const
    {
        if (examples.empty())
            return "";
        OperatingPoint point;
        for (const Example& e : examples)
            e.addTo(point);
        const double threshold = std::round(point.threshold() * 100) / 100;
        std::string html = "<h2>Examples</h2>\n<div class=\"card examples\"><div "
                           "class=\"controls\"><label>Score from <input "
                           "type=\"range\" id=\"score\" min=\"0\" max=\"1\" step=\"0.01\" value=\"" +
                           plain(threshold) + "\"> <output id=\"score-value\">" + fixedPoint(threshold, 2) +
                           "</output></label>\n";
        const char* const kinds[][2] = {
            {"truth", "truth"}, {"found", "found"}, {"wrong", "found, no object there"}};
        for (const auto& kind : kinds)
            html += std::string("<label><input type=\"checkbox\" checked data-kind=\"") + kind[0] +
                    "\"><i class=\"" + kind[0] + "\"></i>" + kind[1] + "</label>\n";
        html += "</div>\n<div class=\"images\">\n";
        for (const Example& e : examples)
            html += e.html(static_cast<float>(threshold));
        return html +
               "</div>\n<p class=\"note\">Found: the box that overlaps an object most, IoU 0.5 or more. The "
               "score to start from is the one with the highest F1 in these images.</p></div>\n";
    }

    std::string scoresSection() const
    {
        if (validations.empty())
            return "";
        const auto& latest = *validations.rbegin();
        std::string html = "<h2>Scores on the validation images</h2>\n<div class=\"card scroll\"><table "
                           "class=\"scores\"><tr><th></th><th>epoch " +
                           fixedPoint(latest.first, 0) +
                           "</th><th>best</th><th>at epoch</th><th></th></tr>\n";
        for (const Score& score : scores)
        {
            double best = missing;
            int bestEpoch = 0;
            for (const auto& v : validations)
            {
                const double value = valueOf(score, v.second);
                if (!std::isnan(value) && !(best >= value))
                {
                    best = value;
                    bestEpoch = v.first;
                }
            }
            html += std::string("<tr><td>") + score.name + "</td><td>" +
                    fixedPoint(valueOf(score, latest.second), 3) + "</td><td>" + fixedPoint(best, 3) +
                    "</td><td>" + fixedPoint(bestEpoch > 0 ? bestEpoch : missing, 0) + "</td><td>" +
                    score.meaning + "</td></tr>\n";
        }
        return html + "</table><p class=\"note\">" + fixedPoint(latest.second.images, 0) + " images, " +
               fixedPoint(latest.second.objects, 0) + " objects.</p></div>\n";
    }

    std::string settingsSection() const
    {
        if (settings.empty())
            return "";
        std::string html = "<h2>Settings</h2>\n<div class=\"card\"><table class=\"settings\"><tbody>\n";
        for (const auto& s : settings)
            html += "<tr><th>" + escapeHtml(s.first) + "</th><td>" + escapeHtml(s.second) + "</td></tr>\n";
        return html + "</tbody></table></div>\n";
    }

    std::string page() const
    {
        const std::string name = escapeHtml(std::filesystem::path(path).stem().string());
        const StateText& text = stateTexts[state];
        const std::time_t now = std::time(nullptr);
        std::string html =
            // The policy holds the page to its own bytes: nothing is loaded from anywhere.
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta http-equiv="
            "\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src "
            "'unsafe-inline'; "
            "script-src 'unsafe-inline'\">\n<meta name=\"viewport\" content=\"width=device-width, "
            "initial-scale=1\">\n";
        if (running()) // with scripts the page reloads itself, without losing what the reader has chosen
            html += "<noscript><meta http-equiv=\"refresh\" content=\"10\"></noscript>\n";
        html += "<title>" + name + ": " + text.name + "</title>\n<style>" + pageStyle + "</style></head>\n";
        html += std::string("<body data-state=\"") + text.style + "\" data-steps-per-epoch=\"" +
                std::to_string(last.epochs > 0 ? last.steps / last.epochs : 0) + "\">\n";
        html += "<header><h1>" + name + "</h1><span class=\"state " + text.style + "\">" + text.name +
                "</span><p>Training report, <span id=\"updated\" data-ms=\"" + std::to_string(now) +
                "000\">written " + localTime(now) + "</span></p></header>\n";
        if (!note.empty())
            html += "<p class=\"alert\">" + escapeHtml(note) + "</p>\n";
        return html + tiles() + charts() + examplesSection() + scoresSection() + settingsSection() +
               "<script>" + pageScript + "</script>\n</body></html>\n";
    }
};

TrainingReport::TrainingReport(const String& path, const TrainParams& params, const Settings& more)
    : impl(makePtr<Impl>(path, params, more))
{
    write();
    impl->pageTime = Clock::now();
}

TrainingReport::~TrainingReport()
{
    if (impl->running())
        finish(Failed, "It ended before it was finished; the last words of the program tell why.");
}

void TrainingReport::add(const StepStats& step)
{
    if (impl->firstStep == 0)
    {
        impl->firstStep = step.step;
        impl->firstStepEnd = Clock::now();
    }
    impl->last = step;
    impl->secondsAImage += 1 / step.imagesPerSecond;
    for (size_t i = 0; i < impl->curves.size(); i++)
        impl->curves[i].add(step.step, stepColumns()[i].valueOf(step));
    if (since(impl->pageTime) > secondsBetweenPages)
        impl->tryWrite();
}

void TrainingReport::addValidation(int epoch, const Metrics& metrics)
{
    impl->validations[epoch] = metrics;
}

void TrainingReport::addExample(const String& name, InputArray pixels, InputArray boxes, InputArray scores_,
                                const std::vector<Object>& groundTruth)
{
    const Example example(name, pixels.getMat(), boxes.getMat(), scores_.getMat(), groundTruth);
    impl->examplesTime = Clock::now();
    for (Example& e : impl->examples)
        if (e.name() == name)
        {
            e = example;
            return;
        }
    impl->examples.push_back(example);
}

void TrainingReport::addExamples(Trainer& trainer, const Dataset& dataset, int count)
{
    const size_t all = dataset.images.size(), shown = std::min(all, static_cast<size_t>(std::max(count, 0)));
    for (size_t i = 0; i < shown; i++)
    {
        const AnnotatedImage& image = dataset.images[i * all / shown];
        Mat pixels, boxes, confidences;
        try
        {
            pixels = readImage(image);
        }
        catch (const cv::Exception& e)
        {
            impl->complain(e.err);
            continue;
        }
        trainer.detect(pixels, boxes, confidences);
        addExample(std::filesystem::path(image.path).filename().string(), pixels, boxes, confidences,
                   image.objects);
    }
}

bool TrainingReport::wantsExamples() const
{
    return impl->examples.empty() ? since(impl->start) > secondsToFirstExamples
                                  : since(impl->examplesTime) > secondsBetweenExamples;
}

bool TrainingReport::finish(State state, const String& note)
{
    CV_Assert(state != Running);
    impl->state = state;
    impl->note = note;
    impl->secondsTaken = since(impl->start);
    return impl->tryWrite();
}

void TrainingReport::write() const
{
    dnn_rpn::writeFile(impl->path, impl->page());
}

} // namespace dnn_rpn_train
} // namespace cv
