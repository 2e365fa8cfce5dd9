// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "launched.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

class Alone : public Ranks
{
public:
    int rank() const override { return 0; }
    int count() const override { return 1; }
    int countHere() const override { return 1; }
    void sum(double*, int) override {}
    void startSum(float*, int) override {}
    void goOn() override {}
    void finishSums() override {}
    std::string fromFirst(const std::string& text) override { return text; }
    std::vector<std::string> gather(const std::string& own) override { return {own}; }
    [[noreturn]] void abort(const std::string& why) override { CV_Error(Error::StsError, why); }
};

std::unique_ptr<Ranks>& joined()
{
    static std::unique_ptr<Ranks> ranks;
    return ranks;
}

} // namespace

Ranks::~Ranks() = default;

bool Ranks::any(bool here)
{
    double is = here;
    sum(&is, 1);
    return is > 0;
}

Ranks& Ranks::alone()
{
    static Alone one;
    return one;
}

Ranks& Ranks::ofProcess()
{
    return joined() ? *joined() : alone();
}

void Ranks::join(double timeout)
{
    CV_Assert(!joined());
    joined() = launchedRanks(timeout);
}

void Ranks::leave()
{
    joined().reset();
}

} // namespace dnn_rpn_train
} // namespace cv
