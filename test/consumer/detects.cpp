// An application with boxes of its own: compiles, links and runs against the installed module.
#include <opencv2/dnn_rpn.hpp>

#include <cmath>
#include <cstdio>

int main()
{
    const cv::Mat a = cv::Mat_<float>({1, 4}, {0, 0, 4, 2});
    const cv::Mat b = cv::Mat_<float>({1, 4}, {2, 0, 6, 2});
    cv::Mat overlaps;
    cv::dnn_rpn::boxIoU(a, b, overlaps);
    std::printf("IoU %g\n", overlaps.at<float>(0, 0));
    return std::abs(overlaps.at<float>(0, 0) - 1.f / 3) < 1e-6f ? 0 : 1;
}
