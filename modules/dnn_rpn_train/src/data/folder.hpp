// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#ifndef OPENCV_DNN_RPN_TRAIN_DATA_FOLDER_HPP
#define OPENCV_DNN_RPN_TRAIN_DATA_FOLDER_HPP

#include <string>
#include <unordered_map>
#include <vector>

namespace cv {
namespace dnn_rpn_train {

//! Whether a file of that name may be an image, of a format that some OpenCV decodes. Case does not matter.
bool isImageName(const std::string& path);

//! "a/b/c.jpg" gives "c.jpg"; the same for Windows' paths and addresses.
std::string baseName(const std::string& path);
//! "a/b/c.jpg" gives "a/b/c"; names that merely hold a dot keep it.
std::string withoutExtension(const std::string& path);
//! The extension without its dot, in small letters.
std::string extensionOf(const std::string& path);
//! "a/b/c.jpg" gives "a/b", "c.jpg" gives "".
std::string parentOf(const std::string& path);
//! The parts of a path; what annotation tools write is understood: backslashes, file://, a query after "?".
std::vector<std::string> partsOf(const std::string& path);

//! Finds files by what annotations call them.
class PathIndex
{
public:
    PathIndex() = default;
    //! @param stems extensions do not count
    PathIndex(const std::vector<std::string>& names, bool stems);

    /** @brief The file that is meant. Case does not matter.
    @param named a path, of which as much of the end counts as agrees
    @param near folders to prefer, the first one most
    @return "" if there is none; of several that fit alike, the first */
    std::string find(const std::string& named, const std::vector<std::string>& near = {}) const;

    //! How many have that base name.
    size_t count(const std::string& named) const;

private:
    std::string keyOf(const std::string& name) const;

    bool byStem = false;
    std::vector<std::string> files;
    std::unordered_map<std::string, std::vector<int>> index;
};

/** @brief The files of a folder and of those in it, without hidden ones. Names are relative and have "/". */
class Folder
{
public:
    //! @param path of the folder, or of one file, which is then all that there is
    explicit Folder(const std::string& path);

    const std::string& root() const { return rootPath; }
    std::string pathOf(const std::string& name) const;

    //! In order of their names.
    const std::vector<std::string>& images() const { return imageNames; }
    const std::vector<std::string>& others() const { return otherNames; }
    //! Those with that extension, small letters, in order of their names.
    std::vector<std::string> withExtension(const std::string& extension) const;

    //! The image that an annotation calls so, or else the one with that name without extension; "" if there
    //! is none. @sa PathIndex::find
    std::string findImage(const std::string& named, const std::string& stem,
                          const std::vector<std::string>& near = {}) const;

    //! The text file with the labels of an image: of the same name in the folder that YOLO has for it, beside
    //! it, or the only one of that name; "" if there is none.
    std::string findLabels(const std::string& image) const;

private:
    std::string rootPath;
    std::vector<std::string> imageNames, otherNames;
    PathIndex byName, byStem, textsByStem;
    std::unordered_map<std::string, std::string>
        texts; //!< .txt files by whole name, without extension, small letters
};

} // namespace dnn_rpn_train
} // namespace cv

#endif
