// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DATA_JSON_READER_HPP
#define OPENCV_DNN_RPN_TRAIN_DATA_JSON_READER_HPP

#include <string>
#include <vector>

#include "opencv2/core.hpp"

namespace cv {
namespace dnn_rpn_train {

/** @brief Goes through JSON once and keeps nothing: what is not wanted is passed over at the speed of memory,
and a file of annotations is mostly outlines. Also takes NaN and Infinity, which Python writes, and a byte
order mark. What is wrong is thrown as cv::Exception with file, line and column.

    if (json.enterObject())
        while (json.nextKey(key))
            if (key == "id") ... else json.skip();
*/
class CV_EXPORTS JsonReader
{
public:
    //! @param text must outlive the object @param path for messages
    JsonReader(const std::string& text, const std::string& path);
    //! A part of it that skip() gave.
    JsonReader(const JsonReader& whole, const char* begin, const char* end);

    //! Whether an object comes, which is then entered; otherwise nothing is read.
    bool enterObject() { return enter('{'); }
    //! The next member; false at the object's end, which is then left.
    bool nextKey(std::string& key);
    bool enterArray() { return enter('['); }
    //! Whether one more item comes; false at the array's end, which is then left.
    bool nextItem();

    //! Text or a number as text; false for anything else, which is passed over.
    bool text(std::string& value);
    //! A number, or a text that is one; false for anything else, which is passed over.
    bool number(double& value);
    //! true, "true", or a number that is not 0; null and anything else are false.
    bool flag();
    //! Numbers; false if it is no array of numbers only.
    bool numbers(std::vector<double>& values);

    //! Passes over a value; `begin` and `end` are where it stands.
    void skip(const char** begin = nullptr, const char** end = nullptr);

    //! Nothing but blanks must come now.
    void finish();

private:
    bool enter(char bracket);
    bool next(char closing);
    char peek();
    void readString(std::string& value);
    void skipString();
    unsigned hex4();
    [[noreturn]] void fail(const char* what) const;

    const char *start, *at, *stop;
    std::string path;
    bool first = false; //!< of what was entered last, nothing was read yet
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
