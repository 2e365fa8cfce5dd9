// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "folder.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "opencv2/core.hpp"
#include "text.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace fs = std::filesystem;

bool isImageName(const std::string& path)
{
    static const std::set<std::string> known{
        "jpg", "jpeg", "jpe", "jfif", "png", "bmp", "dib", "webp", "tif", "tiff", "gif",  "jp2", "pbm",
        "pgm", "ppm",  "pnm", "pxm",  "pam", "sr",  "ras", "hdr",  "pic", "exr",  "avif", "jxl"};
    return known.count(extensionOf(path)) > 0;
}

std::string baseName(const std::string& path)
{
    const std::vector<std::string> parts = partsOf(path);
    return parts.empty() ? std::string() : parts.back();
}

std::string withoutExtension(const std::string& path)
{
    const size_t dot = path.find_last_of('.');
    const bool any = dot != std::string::npos && path.find_first_of("/\\", dot) == std::string::npos;
    static const std::set<std::string> texts{"txt", "xml",   "json",   "csv", "yaml",
                                             "yml", "names", "labels", "data"};
    return any && (isImageName(path) || texts.count(extensionOf(path))) ? path.substr(0, dot) : path;
}

std::string extensionOf(const std::string& path)
{
    const size_t dot = path.find_last_of("./\\");
    return dot == std::string::npos || path[dot] != '.' ? std::string() : lowered(path.substr(dot + 1));
}

std::string parentOf(const std::string& path)
{
    const size_t slash = path.find_last_of('/');
    return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

std::vector<std::string> partsOf(const std::string& path)
{
    const bool address = path.find("://") != std::string::npos;
    const std::string bare = address ? path.substr(0, path.find_first_of("?#")) : path;
    std::vector<std::string> parts;
    for (size_t begin = 0; begin < bare.size();)
    {
        const size_t end = std::min(bare.find_first_of("/\\", begin), bare.size());
        const std::string part = bare.substr(begin, end - begin);
        if (!part.empty() && part != "." && part != "..")
            parts.push_back(part);
        begin = end + 1;
    }
    return parts;
}

namespace {

//! Folders may be links to each other; each is looked into once.
void list(const fs::path& folder, const std::string& prefix, std::set<fs::path>& seen,
          std::vector<std::string>& names)
{
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    {
        const std::string name = it->path().filename().string();
        if (name[0] == '.' || name == "__MACOSX")
            continue;
        std::error_code unreadable;
        if (it->is_directory(unreadable))
        {
            if (!it->is_symlink(unreadable) || seen.insert(fs::canonical(it->path(), unreadable)).second)
                list(it->path(), prefix + name + "/", seen, names);
        }
        else if (it->is_regular_file(unreadable))
            names.push_back(prefix + name);
    }
    if (error)
        CV_Error_(Error::StsError,
                  ("cannot read the folder '%s': %s", folder.string().c_str(), error.message().c_str()));
}

} // namespace

PathIndex::PathIndex(const std::vector<std::string>& names, bool stems) : byStem(stems), files(names)
{
    for (size_t i = 0; i < files.size(); i++)
        index[keyOf(files[i])].push_back(static_cast<int>(i));
}

std::string PathIndex::keyOf(const std::string& name) const
{
    const std::string base = lowered(baseName(name));
    return byStem ? withoutExtension(base) : base;
}

size_t PathIndex::count(const std::string& named) const
{
    const auto found = index.find(keyOf(named));
    return found == index.end() ? 0 : found->second.size();
}

std::string PathIndex::find(const std::string& named, const std::vector<std::string>& near) const
{
    const auto candidates = index.find(keyOf(named));
    if (candidates == index.end())
        return std::string();
    const std::vector<std::string> wanted = partsOf(byStem ? withoutExtension(named) : named);
    int bestScore = -1;
    std::string found;
    for (int candidate : candidates->second)
    {
        const std::string& name = files[candidate];
        const std::vector<std::string> parts = partsOf(byStem ? withoutExtension(name) : name);
        // More of the path's end that agrees counts most, then the folder, then the case.
        size_t agree = 0;
        while (agree < std::min(parts.size(), wanted.size()) &&
               lowered(parts[parts.size() - 1 - agree]) == lowered(wanted[wanted.size() - 1 - agree]))
            agree++;
        size_t place = 0;
        for (size_t i = 0; i < near.size() && place == 0; i++)
            if (near[i].empty() || name.compare(0, near[i].size() + 1, near[i] + "/") == 0)
                place = near.size() - i;
        const int score = static_cast<int>(agree * 10000 + place * 10) + (parts.back() == wanted.back());
        if (score > bestScore)
        {
            bestScore = score;
            found = name;
        }
    }
    return found;
}

Folder::Folder(const std::string& path) : rootPath(path)
{
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    std::vector<std::string> names;
    if (fs::is_regular_file(status))
    {
        rootPath = fs::path(path).parent_path().string();
        names.push_back(fs::path(path).filename().string());
    }
    else if (fs::is_directory(status))
    {
        std::set<fs::path> seen{fs::canonical(path, error)};
        list(path, "", seen, names);
    }
    else
        CV_Error_(Error::StsError, ("'%s' is no folder%s", clipped(path, 300).c_str(),
                                    fs::exists(status) ? "" : ": there is nothing of that name"));
    std::sort(names.begin(), names.end());
    std::vector<std::string> textNames;
    for (const std::string& name : names)
    {
        (isImageName(name) ? imageNames : otherNames).push_back(name);
        if (extensionOf(name) == "txt")
        {
            textNames.push_back(name);
            texts.emplace(lowered(withoutExtension(name)), name);
        }
    }
    byName = PathIndex(imageNames, false);
    byStem = PathIndex(imageNames, true);
    textsByStem = PathIndex(textNames, true);
}

std::string Folder::pathOf(const std::string& name) const
{
    return (fs::path(rootPath) / name).string();
}

std::vector<std::string> Folder::withExtension(const std::string& extension) const
{
    std::vector<std::string> names;
    for (const std::string& name : otherNames)
        if (extensionOf(name) == extension)
            names.push_back(name);
    return names;
}

std::string Folder::findImage(const std::string& named, const std::string& stem,
                              const std::vector<std::string>& near) const
{
    const std::string found = byName.find(named, near);
    return found.empty() && !stem.empty() ? byStem.find(stem, near) : found;
}

std::string Folder::findLabels(const std::string& image) const
{
    const std::string stem = lowered(withoutExtension(image));
    const std::vector<std::string> parts = partsOf(stem);
    // images/a/b.jpg has labels/a/b.txt; the last folder of that name counts.
    for (size_t i = parts.size(); i-- > 0;)
        if (i + 1 < parts.size() && parts[i] == "images")
        {
            std::string place;
            for (size_t k = 0; k < parts.size(); k++)
                place += (k > 0 ? "/" : "") + (k == i ? "labels" : parts[k]);
            const auto found = texts.find(place);
            if (found != texts.end())
                return found->second;
        }
    const auto beside = texts.find(stem);
    if (beside != texts.end())
        return beside->second;
    return textsByStem.count(image) == 1 ? textsByStem.find(image) : std::string();
}

} // namespace dnn_rpn_train
} // namespace cv
