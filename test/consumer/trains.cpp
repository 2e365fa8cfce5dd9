// A trainer of one's own: compiles, links and runs against the installed training module.
#include <opencv2/dnn_rpn_train.hpp>

#include <cstdio>

int main()
{
    try
    {
        cv::dnn_rpn_train::Dataset::read("no such folder", "train");
    }
    catch (const cv::Exception& error)
    {
        std::printf("%s\n", error.err.c_str());
        return error.err.find("no such folder") == std::string::npos;
    }
    return 1;
}
