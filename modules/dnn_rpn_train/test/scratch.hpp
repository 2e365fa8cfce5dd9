// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_TEST_DNN_RPN_TRAIN_SCRATCH_HPP
#define OPENCV_TEST_DNN_RPN_TRAIN_SCRATCH_HPP

#include <filesystem>
#include <functional>

#include "test_precomp.hpp"

namespace opencv_test {

//! A folder of its own for a test, gone afterwards.
class Scratch
{
public:
    Scratch() : folder(cv::tempfile("_dnn_rpn")) { std::filesystem::create_directories(folder); }
    ~Scratch()
    {
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
    std::string operator/(const std::string& name) const { return folder + "/" + name; }
    const std::string& path() const { return folder; }

private:
    const std::string folder;
};

inline void writeText(const std::string& path, const std::string& text)
{
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

//! The message of the exception that the call must throw; "" if it throws none.
template<typename Call>
std::string errorOf(const Call& call)
{
    void* data = nullptr;
    const cv::ErrorCallback before = cv::redirectError(
        [](int, const char*, const char*, const char*, int, void*) { return 0; }, nullptr, &data);
    std::string message;
    try
    {
        call();
    }
    catch (const cv::Exception& e)
    {
        message = e.what();
    }
    cv::redirectError(before, data);
    return message;
}

inline bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

//! One image with bright discs on dark ground, and the discs' boxes.
inline cv::Mat drawDiscs(cv::Size size, int count, cv::RNG& rng, std::vector<Object>& objects)
{
    cv::Mat pixels(size, CV_8UC3, cv::Scalar(60, 50, 40));
    objects.clear();
    for (int i = 0; i < count; i++)
    {
        const int r = rng.uniform(12, 24);
        const cv::Point c(rng.uniform(r, size.width - r), rng.uniform(r, size.height - r));
        cv::circle(pixels, c, r, cv::Scalar(200, 220, 190), cv::FILLED);
        Object o;
        o.box = cv::Vec4f(float(c.x - r), float(c.y - r), float(c.x + r), float(c.y + r));
        objects.push_back(o);
    }
    return pixels;
}

//! A data set of such images, written as PNG.
inline Dataset writeDiscs(const Scratch& scratch, int images, int discs, cv::Size size, int seed)
{
    Dataset set;
    set.classes = {"disc"};
    cv::RNG rng(seed + 1);
    for (int i = 0; i < images; i++)
    {
        AnnotatedImage image;
        image.path = scratch / ("discs_" + std::to_string(i) + ".png");
        image.size = size;
        cv::imwrite(image.path, drawDiscs(size, discs, rng, image.objects));
        set.images.push_back(image);
    }
    return set;
}

/** @brief A whole training that may be stopped.
@param afterStep called after each step; returns false to stop there
@return false if it was stopped */
inline bool fit(Trainer&& trainer, const Dataset& training,
                const std::function<bool(const StepStats&)>& afterStep = nullptr,
                const Dataset& validation = Dataset())
{
    trainer.start(training, validation);
    bool goOn = true;
    for (StepStats stats; goOn && trainer.step(stats);)
        goOn = !afterStep || afterStep(stats);
    trainer.finish();
    return goOn;
}

inline bool fit(Trainer& trainer, const Dataset& training,
                const std::function<bool(const StepStats&)>& afterStep = nullptr,
                const Dataset& validation = Dataset())
{
    return fit(std::move(trainer), training, afterStep, validation);
}

} // namespace opencv_test

#endif
