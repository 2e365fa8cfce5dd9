// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DATA_READING_HPP
#define OPENCV_DNN_RPN_TRAIN_DATA_READING_HPP

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "opencv2/dnn_rpn_train/dataset.hpp"
#include "folder.hpp"

namespace cv {
namespace dnn_rpn_train {

//! A box as it is annotated, before class names have numbers and images have sizes.
struct RawObject
{
    Vec4d box;             //!< x1, y1, x2, y2
    int name = 0;          //!< number of the class's name, of Reading::nameOf()
    int entry = 0;         //!< number of the object, line or annotation in its file, from 1
    bool relative = false; //!< the box is in shares of the image
    bool ignored = false;
};

struct RawImage
{
    std::string path;   //!< of the image
    std::string source; //!< the file with its annotations; "" if it has none
    Size size;          //!< 0 x 0 where the annotation is silent
    std::vector<RawObject> objects;
    int refused = 0;        //!< objects that were left out
    std::string whyRefused; //!< the first of them
};

//! What is told of a data set: each kind with its first examples and how many more there are.
class Remarks
{
public:
    //! @param kind said of those that are not shown, in the plural, such as "boxes were cut"
    void add(const std::string& kind, const std::string& text);
    void add(const std::string& text) { single.push_back(text); }
    std::vector<String> lines() const;

private:
    struct Kind
    {
        int count = 0;
        std::vector<std::string> examples;
    };
    std::vector<std::string> single;
    std::map<std::string, Kind> kinds;
};

/** @brief A data set while it is being read: what the formats' readers are given and fill. */
class Reading
{
public:
    Reading(const String& folder, const String& split, const DatasetParams& params);

    const Folder& files() const { return annotations; }
    //! Where the images lie.
    const Folder& imageFolder() const { return otherImages.empty() ? annotations : otherImages[0]; }

    const std::string split; //!< as asked for
    const DatasetParams params;

    //! An image or an object that cannot be used; cv::Exception in a strict reading.
    void leaveOutImage(const std::string& why);
    void leaveOutObject(RawImage& image, const std::string& why);

    //! Adds an object of that class; it is left out if the name is none.
    void add(RawImage& image, RawObject object, const std::string& className);
    //! The number of a class's name, from 0.
    int nameOf(const std::string& name);
    //! Names of classes that there are even if nothing is of them, in their order.
    void declare(const std::vector<std::string>& classes);

    /** @brief The one of the splits that is meant: of that name, or of another one for the same.
    @param known names of splits; none: the folder is not split, and all images are meant
    @return "" for all */
    std::string choose(const std::set<std::string>& known);

    //! Sizes, labels, and whether what was read makes a data set.
    Dataset finish(const std::string& format);

    //! 'file', object 3 (cat)
    std::string where(const RawImage& image, const RawObject& object) const;

    const char* noun = "object"; //!< what an object is called in the file
    bool manyInFile = false;     //!< one file has the annotations of many images
    bool labelFiles = false;     //!< each image is expected to have a file of its own
    std::vector<RawImage> images;
    Remarks remarks;

private:
    void dropRepeated();
    void checkImages();
    bool place(RawImage& image, const RawObject& raw, Object& object);
    void placeObjects(Dataset& set, std::vector<std::vector<int>>& namesOfObjects);
    void checkShares(size_t objects) const;
    std::vector<String> classList(const std::vector<std::vector<int>>& namesOfObjects);
    void label(Dataset& set, const std::vector<std::vector<int>>& namesOfObjects) const;

    Folder annotations;
    std::vector<Folder> otherImages; //!< none or one
    bool unsplit = false;
    int imagesLeftOut = 0, objectsLeftOut = 0;
    std::string firstImageLeftOut, firstObjectLeftOut;
    std::vector<std::string> names;
    std::unordered_map<std::string, int> numbers;
    size_t declared = 0; //!< the first so many names
};

//! Whether a folder or file of that name is likely to be a split: train, val2017, testing and the like.
bool looksLikeSplit(const std::string& name);
//! The parts of file names, and of the names of their folders, that look like splits.
std::set<std::string> splitsIn(const std::vector<std::string>& files);
//! Whether the file belongs to the split by its folder's or its own name; to "" all do.
bool belongsTo(const std::string& file, const std::string& split);

//! The split that is meant where each file has the images of one; "" for all files.
std::string chooseFile(Reading& reading, const std::vector<std::string>& files);

//! The beginning of a file, enough to tell its format.
std::string headOf(const std::string& path);
//! The box around points x, y, x, y ..; false if they are not at least two.
bool boundsOf(const std::vector<double>& points, Vec4d& box);

//! One way to annotate images.
struct Format
{
    const char* name; //!< as DatasetParams::format has it
    const char* what; //!< what its files are
    bool (*recognises)(const Folder& files);
    void (*read)(Reading& reading);
};

//! All formats, the first to be tried first. Each is described in the file of its name.
#define DNN_RPN_FORMATS(X) X(voc) X(cvat) X(imglab) X(coco) X(labelme) X(createml) X(yolo) X(csv)

namespace data_formats {
#define DNN_RPN_DECLARE(format) extern const Format format;
DNN_RPN_FORMATS(DNN_RPN_DECLARE)
#undef DNN_RPN_DECLARE
} // namespace data_formats

//! The size of an image by its first bytes where that is possible; 0 x 0 if it is none.
struct ImageSize
{
    Size turned; //!< as OpenCV decodes it
    Size stored; //!< without the orientation that a camera has noted
};
CV_EXPORTS ImageSize imageSize(const std::string& path);

} // namespace dnn_rpn_train
} // namespace cv

#endif
