// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "reading.hpp"

#include <fstream>

#include "opencv2/imgcodecs.hpp"
#include "text.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

//! The first bytes of a file, read on as they are asked for.
class Header
{
public:
    explicit Header(const std::string& path) : in(path, std::ios::binary) {}

    //! A number of so many bytes, big endian; -1 behind the end.
    int64 number(size_t at, int count, bool little = false)
    {
        unsigned char b[4] = {};
        in.clear();
        in.seekg(static_cast<std::streamoff>(at));
        if (!in.read(reinterpret_cast<char*>(b), count))
            return -1;
        int64 value = 0;
        for (int i = 0; i < count; i++)
            value = value << 8 | b[little ? count - 1 - i : i];
        return value;
    }

    //! A number of the last bytes.
    int64 numberAtEnd(int count)
    {
        in.clear();
        in.seekg(0, std::ios::end);
        const int64 size = static_cast<int64>(in.tellg());
        return size < count ? -1 : number(static_cast<size_t>(size - count), count);
    }

private:
    std::ifstream in;
};

bool isTurned(Header& file, size_t exif)
{
    const bool little = file.number(exif, 2) == 0x4949;
    const int64 directory = file.number(exif + 4, 4, little);
    const int64 count = directory < 0 ? 0 : file.number(exif + static_cast<size_t>(directory), 2, little);
    for (int64 i = 0; i < std::min<int64>(count, 1000); i++)
    {
        const size_t entry = exif + static_cast<size_t>(directory) + 2 + static_cast<size_t>(i) * 12;
        if (file.number(entry, 2, little) == 0x112)
            return file.number(entry + 8, 2, little) >= 5; // 5..8 exchange rows and columns
    }
    return false;
}

ImageSize jpegSize(Header& file)
{
    bool turned = false;
    for (size_t at = 2;;)
    {
        const int64 marker = file.number(at, 2);
        if (marker < 0xFF00)
            return ImageSize(); // cut off, or damaged
        if (marker == 0xFFFF)
        {
            at++; // padding
            continue;
        }
        const int64 length = file.number(at + 2, 2);
        const bool frame =
            marker >= 0xFFC0 && marker <= 0xFFCF && marker != 0xFFC4 && marker != 0xFFC8 && marker != 0xFFCC;
        if (frame)
        {
            const Size stored(static_cast<int>(file.number(at + 7, 2)),
                              static_cast<int>(file.number(at + 5, 2)));
            return {turned ? Size(stored.height, stored.width) : stored, stored};
        }
        if (marker == 0xFFE1 && file.number(at + 4, 4) == 0x45786966) // "Exif"
            turned = isTurned(file, at + 10);
        if (marker == 0xFFDA || length < 2)
            return ImageSize();
        at += 2 + static_cast<size_t>(length);
    }
}

ImageSize pngSize(Header& file)
{
    const Size size(static_cast<int>(file.number(16, 4)), static_cast<int>(file.number(20, 4)));
    bool turned = false;
    for (size_t at = 8;;)
    {
        const int64 length = file.number(at, 4), kind = file.number(at + 4, 4);
        if (length < 0 || kind < 0)
            return ImageSize(); // cut off before the image
        if (kind == 0x65584966) // eXIf
            turned = isTurned(file, at + 8);
        if (kind == 0x49444154) // IDAT
            return {turned ? Size(size.height, size.width) : size, size};
        at += 12 + static_cast<size_t>(length);
    }
}

bool isReadable(const std::string& path)
{
    AnnotatedImage image;
    image.path = path;
    try
    {
        return !readImage(image).empty();
    }
    catch (const cv::Exception&)
    {
        return false;
    }
}

//! For formats whose headers are not looked into here.
ImageSize decodedSize(const std::string& path)
{
    try
    {
        const std::string bytes = readBytes(path);
        const Mat raw(1, static_cast<int>(bytes.size()), CV_8U, const_cast<char*>(bytes.data()));
        return {imdecode(raw, IMREAD_COLOR).size(),
                imdecode(raw, IMREAD_COLOR | IMREAD_IGNORE_ORIENTATION).size()};
    }
    catch (const cv::Exception&)
    {
        return ImageSize();
    }
}

} // namespace

ImageSize imageSize(const std::string& path)
{
    Header file(path);
    const int64 magic = file.number(0, 4);
    const bool jpeg = magic >> 8 == 0xFFD8FF, png = magic == 0x89504E47;
    if (magic >= 0 && !jpeg && !png)
        return decodedSize(path);
    // Whole files end so; in others it takes a look at all of it to tell whether they are cut off.
    const bool whole = jpeg ? file.numberAtEnd(2) == 0xFFD9 : file.numberAtEnd(4) == 0xAE426082;
    const ImageSize found = jpeg ? jpegSize(file) : png ? pngSize(file) : ImageSize();
    const bool sized = found.turned.width > 0 && found.turned.height > 0;
    return sized && (whole || isReadable(path)) ? found : ImageSize();
}

} // namespace dnn_rpn_train
} // namespace cv
