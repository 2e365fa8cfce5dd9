// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "scratch.hpp"
#include "../src/report/axis.hpp"
#include "../src/report/chart.hpp"
#include "../src/report/curve.hpp"
#include "../src/report/example.hpp"
#include "../src/report/html.hpp"
#include "opencv2/dnn_rpn/private/file.hpp"

namespace opencv_test {
namespace {

const double missing = std::numeric_limits<double>::quiet_NaN();

int count(const std::string& text, const std::string& part)
{
    int n = 0;
    for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        n++;
    return n;
}

//! The `d` of the strong line of that name; "" if there is none.
std::string lineOf(const std::string& html, const std::string& name)
{
    const size_t at = html.find("data-name=\"" + name + "\"");
    if (at == std::string::npos)
        return "";
    const size_t first = html.find(" d=\"", at) + 4;
    return html.substr(first, html.find('"', first) - first);
}

StepStats stepReport(int step, int steps, double loss)
{
    StepStats r;
    r.step = step;
    r.steps = steps;
    r.epochs = 2;
    r.epoch = step * 2 > steps ? 2 : 1;
    r.loss = r.lossCls = loss;
    r.learningRate = 0.01;
    r.gradientNorm = 2;
    r.positives = 7;
    r.imagesPerSecond = 20;
    return r;
}

TEST(Curve, keepsWhatIsShortAsItIs)
{
    Curve curve;
    EXPECT_TRUE(curve.empty());
    EXPECT_TRUE(curve.extremes().empty());
    EXPECT_TRUE(curve.smoothed().empty());
    for (int i = 1; i <= 512; i++)
        curve.add(i, std::sin(i));
    EXPECT_EQ(1, curve.thinning());
    const std::vector<Point2d> points = curve.extremes();
    ASSERT_EQ(512u, points.size());
    for (int i = 0; i < 512; i++)
        EXPECT_EQ(Point2d(i + 1, std::sin(i + 1)), points[i]);
    EXPECT_EQ(std::sin(512), curve.last());
}

TEST(Curve, thinningKeepsEveryPeakWhereItWas)
{
    for (int length : {513, 1000, 1024, 1025, 100000})
    {
        SCOPED_TRACE(length);
        // One peak up and one down, in every stretch of 1/32 of the curve.
        std::vector<Point2d> peaks;
        Curve curve;
        RNG rng(length);
        const int stretch = length / 32;
        for (int i = 0; i < length; i++)
        {
            double y = rng.uniform(0., 1.);
            if (i % stretch == stretch / 3 || i % stretch == stretch * 2 / 3)
            {
                y += i % stretch == stretch / 3 ? 5 : -5;
                peaks.push_back(Point2d(i + 1, y));
            }
            curve.add(i + 1, y);
        }
        const std::vector<Point2d> points = curve.extremes();
        EXPECT_LE(points.size(), 1024u);
        EXPECT_GT(points.size(), 256u);
        for (const Point2d& peak : peaks)
            EXPECT_NE(points.end(), std::find(points.begin(), points.end(), peak)) << peak;
        for (size_t i = 1; i < points.size(); i++)
            EXPECT_LT(points[i - 1].x, points[i].x);
        EXPECT_LE(curve.smoothed().size(), 512u);
        const int buckets = (length + curve.thinning() - 1) / curve.thinning();
        EXPECT_EQ(static_cast<size_t>(buckets), curve.smoothed().size());
    }
}

TEST(Curve, smoothsToTheMean)
{
    Curve level, ramp;
    for (int i = 0; i < 3000; i++)
    {
        level.add(i, i % 2 ? 3 : 1);
        ramp.add(i, 0.5 * i);
    }
    for (const Point2d& p : level.smoothed())
        EXPECT_NEAR(2, p.y, 1e-9);
    const std::vector<Point2d> points = ramp.smoothed();
    for (size_t i = 30; i + 30 < points.size(); i++) // the weights are lopsided at the ends
        EXPECT_NEAR(0.5 * points[i].x, points[i].y, 1e-6);
}

TEST(Curve, valuesThatAreNoNumbersLeaveGaps)
{
    Curve curve;
    for (double y : {1., missing, 3., std::numeric_limits<double>::infinity(), 5.})
        curve.add(curve.extremes().size() + 1, y);
    const std::vector<Point2d> extremes = curve.extremes(), smoothed = curve.smoothed();
    ASSERT_EQ(5u, extremes.size());
    ASSERT_EQ(5u, smoothed.size());
    for (int i = 0; i < 5; i++)
    {
        EXPECT_EQ(i % 2 == 1, std::isnan(extremes[i].y)) << i;
        EXPECT_EQ(i % 2 == 1, std::isnan(smoothed[i].y)) << i;
    }
    EXPECT_EQ(5, curve.last());

    Curve nothing;
    nothing.add(1, missing);
    EXPECT_TRUE(nothing.empty());

    // In a bucket with others a missing value takes nothing away.
    Curve sparse;
    for (int i = 0; i < 5120; i++)
        sparse.add(i, i % 10 ? missing : 4);
    for (const Point2d& p : sparse.smoothed())
        EXPECT_NEAR(4, p.y, 1e-9);
}

TEST(Axis, ticksAreRound)
{
    const auto labels = [](const Axis& axis) {
        std::string text;
        for (double tick : axis.ticks)
            text += axis.label(tick) + " ";
        return text;
    };
    EXPECT_EQ("0.0 0.5 1.0 1.5 2.0 2.5 ", labels(Axis::linear(0.1, 2.2)));
    EXPECT_EQ("0.0 0.1 0.2 0.3 ", labels(Axis::linear(0.2, 0.3)));
    EXPECT_EQ("\u22121.0 \u22120.5 0.0 0.5 1.0 ", labels(Axis::linear(-0.9, 0.7)));
    EXPECT_EQ("0 20,000 40,000 60,000 80,000 ", labels(Axis::linear(0, 70000)));
    EXPECT_EQ("0 2\u00d710\u207b\u2076 4\u00d710\u207b\u2076 6\u00d710\u207b\u2076 ",
              labels(Axis::linear(0, 5.5e-6)));
    EXPECT_EQ("0.0 0.2 0.4 0.6 0.8 1.0 ", labels(Axis::linear(0, 0)));
    EXPECT_EQ("1 200 400 600 800 ", labels(Axis::counting(1, 876)));
    EXPECT_EQ("1 2 ", labels(Axis::counting(1, 1)));
    EXPECT_EQ("1 2 3 4 5 ", labels(Axis::counting(1, 5)));
    EXPECT_EQ("0.2 0.5 1 2 ", labels(Axis::logarithmic(0.3, 1.5)));
    EXPECT_EQ("0.001 0.01 0.1 1 10 100 ", labels(Axis::logarithmic(0.001, 100)));
    EXPECT_EQ("1 2 ", labels(Axis::logarithmic(1, 1)));

    const Axis logarithmic = Axis::logarithmic(1, 100);
    EXPECT_DOUBLE_EQ(0.5, logarithmic.place(10));
    EXPECT_TRUE(std::isnan(logarithmic.place(0)));
    EXPECT_TRUE(std::isnan(logarithmic.place(missing)));
    EXPECT_DOUBLE_EQ(0.25, Axis::linear(0, 2).place(0.5));
}

TEST(Html, textIsEscaped)
{
    EXPECT_EQ("a&amp;&lt;b&gt; &quot;c&quot; &#39;d&#39; \u00e9",
              cv::dnn_rpn_train::escapeHtml("a&<b> \"c\" 'd' \u00e9"));
}

TEST(Html, numbersAreForPeople)
{
    EXPECT_EQ("0", readable(0));
    EXPECT_EQ("0.532", readable(0.53219));
    EXPECT_EQ("0.0012", readable(0.0012));
    EXPECT_EQ("12.3", readable(12.34));
    EXPECT_EQ("1,235", readable(1234.6));
    EXPECT_EQ("1,234,568", readable(1234567.8));
    EXPECT_EQ("\u22121.5", readable(-1.5));
    EXPECT_EQ("1.2\u00d710\u207b\u2075", readable(1.2e-5));
    EXPECT_EQ("3\u00d710\u00b9\u00b2", readable(3e12));
    EXPECT_EQ("\u2013", readable(missing));
    EXPECT_EQ("0.00", fixedPoint(-0.001, 2));
    EXPECT_EQ("\u2013", fixedPoint(missing, 2));
    EXPECT_EQ("0:00", readableTime(-3));
    EXPECT_EQ("1:05", readableTime(64.6));
    EXPECT_EQ("2:00:01", readableTime(7201));
}

TEST(Html, bytesAreBase64)
{
    // RFC 4648, section 10.
    const auto encoded = [](const std::string& s) { return base64(std::vector<uchar>(s.begin(), s.end())); };
    EXPECT_EQ("", encoded(""));
    EXPECT_EQ("Zg==", encoded("f"));
    EXPECT_EQ("Zm8=", encoded("fo"));
    EXPECT_EQ("Zm9v", encoded("foo"));
    EXPECT_EQ("Zm9vYmFy", encoded("foobar"));
    EXPECT_EQ("+/8A", base64({0xfb, 0xff, 0x00})); // the two letters of the other alphabet
}

TEST(Chart, drawsLinesByName)
{
    Curve curve;
    for (int i = 0; i <= 4; i++)
        curve.add(i, i);
    Chart chart("Loss & more", "unit");
    EXPECT_TRUE(chart.empty());
    chart.addLine("a<b", Curve());
    EXPECT_TRUE(chart.empty());
    chart.addLine("a<b", curve);
    const std::string html = chart.html();
    EXPECT_EQ("M0 10000L2500 7500 5000 5000 7500 2500 10000 0", lineOf(html, "Loss &amp; more: a&lt;b"));
    EXPECT_FALSE(contains(html, "a<b"));
}

TEST(Chart, breaksAtGapsAndCutsPeaks)
{
    Curve curve;
    for (int i = 0; i <= 200; i++)
        curve.add(i, i == 50 || i == 52 ? missing : i == 150 ? 1e6 : 1);
    Chart chart("t", "u");
    chart.addSmoothed("s", curve);
    const std::string html = chart.html();
    EXPECT_EQ(3, count(lineOf(html, "t: s"), "M"));
    EXPECT_EQ(1, count(lineOf(html, "t: s"), "h0")) << "the lonely value is a dot";
    EXPECT_TRUE(contains(html, "Beyond the axis: s up to 1,000,000 at step 150")) << html;
    EXPECT_FALSE(contains(html, "nan"));
    EXPECT_FALSE(contains(html, "inf"));
}

TEST(Chart, logarithmicLeavesOutWhatHasNoLogarithm)
{
    Chart chart("t", "u", "epoch", true);
    chart.addPoints("p", {{1, 0}, {2, 1}, {3, 100}, {4, -1}});
    EXPECT_EQ("M3333 10000L6667 0", lineOf(chart.html(), "t: p"));
    Chart nothing("t", "u", "epoch", true);
    nothing.addPoints("p", {{1, 0}, {2, missing}});
    EXPECT_EQ("", lineOf(nothing.html(), "t: p"));
}

TEST(Example, tellsFoundFromWrong)
{
    Object a, hidden;
    a.box = Vec4f(10, 10, 50, 50);
    hidden.box = Vec4f(60, 10, 90, 50);
    hidden.ignored = true;
    const Mat boxes = Mat_<float>({5, 4}, {12, 10, 50, 50, //
                                           10, 12, 50, 50, // suppressed
                                           60, 10, 90, 50, // neither right nor wrong
                                           0,  60, 20, 80, //
                                           70, 60, 95, 80});
    const Mat confidences = Mat_<float>({5, 1}, {0.9f, 0.8f, 0.7f, 0.5f, 0.1f});
    const Example example("<x>.jpg", Mat(100, 1200, CV_8UC3, Scalar(1, 2, 3)), boxes, confidences,
                          {a, hidden});
    const std::string html = example.html(0.3f);
    EXPECT_EQ(1, count(html, "class=\"found\" data-score=\"0.9\""));
    EXPECT_EQ(1, count(html, "class=\"found excused\" data-score=\"0.7\""));
    EXPECT_EQ(1, count(html, "class=\"wrong\" data-score=\"0.5\""));
    EXPECT_EQ(1, count(html, "class=\"wrong low\" data-score=\"0.1\""));
    EXPECT_EQ(4, count(html, "data-score"));
    EXPECT_EQ(1, count(html, "class=\"truth\""));
    EXPECT_EQ(1, count(html, "class=\"truth ignored\""));
    EXPECT_TRUE(contains(html, "data-objects=\"1\""));
    EXPECT_TRUE(contains(html, "&lt;x&gt;.jpg"));
    EXPECT_FALSE(contains(html, "<x>"));
    // Its pixels decode, smaller; the boxes stay in pixels of the image.
    EXPECT_TRUE(contains(html, "viewBox=\"0 0 1200 100\""));
    EXPECT_TRUE(contains(html, "src=\"data:image/jpeg;base64,/9j/"));

    const Example bare("bare", Mat(2, 3, CV_8UC3, Scalar::all(0)), Mat(), Mat(), {});
    EXPECT_EQ(0, count(bare.html(0.5f), "<rect"));
}

TEST(TrainingReport, isAPageFromTheBeginning)
{
    const Scratch scratch;
    const std::string path = scratch / "a&b.html";
    {
        TrainingReport report(path, TrainParams(), {{"<name>", "\"value\" & more"}});
        const std::string html = readFile(path);
        EXPECT_TRUE(contains(html, "<title>a&amp;b: running</title>"));
        EXPECT_TRUE(contains(html, "&lt;name&gt;"));
        EXPECT_TRUE(contains(html, "&quot;value&quot; &amp; more"));
        EXPECT_FALSE(contains(html, "<name>"));
        EXPECT_TRUE(contains(html, "http-equiv=\"refresh\""));
        EXPECT_FALSE(contains(html, "nan"));
        EXPECT_FALSE(report.wantsExamples());

        report.add(stepReport(1, 10, 0.5));
        EXPECT_TRUE(report.finish(TrainingReport::StoppedEarly));
    }
    const std::string html = readFile(path);
    EXPECT_TRUE(contains(html, ">stopped early</span>"));
    EXPECT_TRUE(contains(html, "step 1 of 10<br>epoch 1 of 2"));
    EXPECT_FALSE(contains(html, "http-equiv=\"refresh\""));
    EXPECT_EQ("M0 0h0", lineOf(html, "Loss: total").substr(0, 6));
    EXPECT_FALSE(std::filesystem::exists(path + ".part"));
}

TEST(TrainingReport, showsTheParametersThatAreUsed)
{
    const Scratch scratch;
    TrainParams two(DETECTOR_FASTER_RCNN);
    two.augment.blur = 0.25;
    TrainingReport report(scratch / "r.html", two);
    report.finish(TrainingReport::StoppedEarly);
    const std::string html = readFile(scratch / "r.html");
    // Defaults that depend on the detector, and augmentation.
    for (const char* row :
         {"<th>alpha</th><td>0.9</td>", "<th>clip</th><td>2</td>", "<th>rpn_lr</th><td>10</td>",
          "<th>blur</th><td>0.25</td>", "<th>detector</th><td>faster_rcnn</td>"})
        EXPECT_TRUE(contains(html, row)) << row;
    // Detections are judged by precision without being told so by a setting.
    EXPECT_TRUE(contains(html, "Best AP50"));
}

TEST(TrainingReport, showsWhatItWasGiven)
{
    const Scratch scratch;
    const std::string path = scratch / "r.html";
    TrainingReport report(path, TrainParams());
    const int steps = 20000;
    for (int i = 1; i <= steps; i++)
    {
        StepStats r = stepReport(i, steps, i == 12345 ? 77 : 1. / i);
        if (i % 100 == 0)
            r.gradientNorm = missing;
        report.add(r);
    }
    Metrics worse, better;
    worse.AR10 = worse.AR100 = worse.AR300 = 0.25;
    better.AR10 = better.AR100 = better.AR300 = 0.5;
    worse.AR1000 = better.AR1000 = 0.75;
    better.AR1000large = -1; // no large objects
    report.addValidation(1, worse);
    report.addValidation(2, better);
    report.addValidation(3, worse);
    RNG rng(1);
    std::vector<Object> objects;
    const Mat image = drawDiscs(Size(96, 64), 2, rng, objects);
    const Mat boxes(1, 4, CV_32F, objects[0].box.val), confidence(1, 1, CV_32F, Scalar(0.8));
    report.addExample("one", image, boxes, confidence, objects);
    report.addExample("two", image, boxes, confidence, objects);
    report.addExample("one", image, boxes, confidence, objects); // takes the place of the first
    report.write();

    const std::string html = readFile(path);
    EXPECT_TRUE(contains(html, ">running</span>"));
    for (const char* name :
         {"Loss: total", "Loss: classification", "Loss: regression", "Learning rate: learning rate",
          "Positive anchors: positive anchors", "Gradient norm: gradient", "Throughput: images a second"})
    {
        const std::string line = lineOf(html, name);
        EXPECT_GT(count(line, " "), 200) << name;
        EXPECT_LT(count(line, " "), 2048) << name;
    }
    EXPECT_EQ("M0 6875L5000 3750 10000 6875", lineOf(html, "Recall: AR@300"));
    EXPECT_TRUE(contains(html, "total up to 77 at step 12,345"));
    EXPECT_TRUE(contains(html, "<b>0.5</b><small>after epoch 2</small>"));
    EXPECT_TRUE(contains(html, "of every 64 steps"));
    EXPECT_EQ(8, count(html, "data-x0=\"1\" data-x1=\"20000\"")) << "every chart shows the whole run";
    EXPECT_EQ(1, count(html, "data-x0=\"1\" data-x1=\"3\""));
    EXPECT_EQ(2, count(html, "<figure"));
    EXPECT_EQ(2, count(html, "src=\"data:image/jpeg"));
    EXPECT_LT(html.size(), 300000u);
    const std::string curves = html.substr(0, html.find("<h2>Settings")); // a limit may well be infinite
    for (const char* no : {"http://", "https://", ">nan", "\"nan", " nan", "inf<"})
        EXPECT_FALSE(contains(curves, no)) << no;
}

TEST(TrainingReport, whatIsNotFinishedHasFailed)
{
    const Scratch scratch;
    const std::string path = scratch / "r.html";
    {
        TrainingReport report(path, TrainParams());
    }
    EXPECT_TRUE(contains(readFile(path), ">failed</span>"));
    {
        TrainingReport report(path, TrainParams());
        report.finish(TrainingReport::Failed, "step 3: <loss>");
    }
    EXPECT_TRUE(contains(readFile(path), "step 3: &lt;loss&gt;"));
}

TEST(TrainingReport, anUnwritablePathIsNamedAtTheBeginningAndForgivenLater)
{
    EXPECT_TRUE(
        contains(errorOf([] { TrainingReport r("/nowhere/r.html", TrainParams()); }), "/nowhere/r.html"));

    const Scratch scratch;
    const std::string folder = scratch / "gone";
    std::filesystem::create_directories(folder);
    TrainingReport report(folder + "/r.html", TrainParams());
    std::filesystem::remove_all(folder);
    EXPECT_TRUE(contains(errorOf([&] { report.write(); }), "r.html"));
    Dataset set = writeDiscs(scratch, 2, 1, Size(96, 64), 1);
    set.images[1].path = scratch / "lost.png";
    TrainParams params;
    params.size = Size(96, 64);
    Trainer trainer(params);
    testing::internal::CaptureStderr();
    report.addExamples(trainer, set);
    report.addExamples(trainer, set);
    EXPECT_FALSE(report.finish(TrainingReport::Finished));
    EXPECT_FALSE(report.finish(TrainingReport::Finished));
    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_EQ(1, count(said, folder + "/r.html")) << said;
    EXPECT_EQ(1, count(said, "lost.png")) << said;
}

TEST(TrainingReport, watchingDoesNotChangeTheTraining)
{
    const Scratch scratch;
    const Dataset set = writeDiscs(scratch, 3, 2, Size(96, 64), 4);
    std::vector<std::string> models;
    for (bool watched : {false, true})
    {
        TrainParams p;
        p.size = Size(96, 64);
        p.epochs = 4;
        p.batch = 2;
        Trainer trainer(p);
        TrainingReport report(scratch / "r.html", trainer.params());
        fit(trainer, set, [&](const StepStats& r) {
            report.add(r);
            if (watched)
                report.addExamples(trainer, set);
            return true;
        });
        trainer.exportModel(scratch / "m.onnx");
        models.push_back(readFile(scratch / "m.onnx"));
        report.finish(TrainingReport::Finished);
        EXPECT_EQ(watched ? 3 : 0, count(readFile(scratch / "r.html"), "<figure"));
    }
    EXPECT_TRUE(models[0] == models[1]);
}

} // namespace
} // namespace opencv_test
