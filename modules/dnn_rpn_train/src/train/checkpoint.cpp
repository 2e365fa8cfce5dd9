// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "checkpoint.hpp"
#include "../params/hash.hpp"

#include <cstring>

#include "opencv2/dnn_rpn/private/file.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

const std::string family = "dnn_rpn_train checkpoint ", magic = family + "1\n";

uint64 hashOf(const char* bytes, size_t count)
{
    Hash hash;
    hash.add(bytes, count);
    return hash.value();
}

class Writer
{
public:
    template<typename T>
    void add(const T& value)
    {
        bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
    }
    void add(const std::string& text)
    {
        add(static_cast<uint64>(text.size()));
        bytes += text;
    }
    void add(const Tensor& t)
    {
        for (int side : {t.shape().n, t.shape().c, t.shape().h, t.shape().w})
            add(side);
        bytes.append(reinterpret_cast<const char*>(t.data()), t.shape().total() * sizeof(float));
    }

    std::string bytes = magic;
};

//! What the hash vouches for needs no friendly message, but must not read beyond the end either.
class Reader
{
public:
    explicit Reader(const std::string& bytes_) : bytes(bytes_), at(magic.size()) {}

    template<typename T>
    T get()
    {
        T value;
        std::memcpy(&value, take(sizeof(value)), sizeof(value));
        return value;
    }
    std::string text()
    {
        const size_t length = static_cast<size_t>(get<uint64>());
        return std::string(take(length), length);
    }
    Tensor tensor()
    {
        int sides[4];
        for (int& side : sides)
        {
            side = get<int>();
            CV_CheckGE(side, 0, "a checkpoint's tensor");
        }
        Tensor t(Shape(sides[0], sides[1], sides[2], sides[3]));
        const size_t size = t.shape().total() * sizeof(float);
        const char* from = take(size);
        if (size > 0)
            std::memcpy(t.data(), from, size);
        return t;
    }

private:
    const char* take(size_t count)
    {
        CV_CheckLE(count, bytes.size() - at, "a checkpoint is shorter than it says");
        at += count;
        return bytes.data() + at - count;
    }

    const std::string& bytes;
    size_t at;
};

} // namespace

void Checkpoint::write(const std::string& path) const
{
    Writer w;
    for (const Settings* list : {&settings, &data})
    {
        w.add(static_cast<uint64>(list->size()));
        for (const auto& s : *list)
        {
            w.add(s.first);
            w.add(s.second);
        }
    }
    w.add(static_cast<uint64>(numbers.size()));
    for (const auto& n : numbers)
    {
        w.add(n.first);
        w.add(n.second);
    }
    w.add(static_cast<uint64>(tensors.size()));
    for (const auto& t : tensors)
    {
        w.add(t.first);
        w.add(t.second);
    }
    w.add(hashOf(w.bytes.data(), w.bytes.size()));
    dnn_rpn::writeFile(path, w.bytes);
}

Checkpoint Checkpoint::read(const std::string& path)
{
    return parse(dnn_rpn::readFile(path), path);
}

Checkpoint Checkpoint::parse(const std::string& bytes, const std::string& path)
{
    if (bytes.compare(0, family.size(), family) != 0)
        CV_Error_(Error::StsParseError, ("'%s' is no checkpoint of a training", path.c_str()));
    if (bytes.compare(0, magic.size(), magic) != 0)
        CV_Error_(Error::StsParseError,
                  ("'%s' is a checkpoint of another version of this program", path.c_str()));
    const size_t hashed = bytes.size() - std::min(bytes.size(), sizeof(uint64));
    uint64 stored = 0;
    std::memcpy(&stored, bytes.data() + hashed, bytes.size() - hashed);
    if (hashed < magic.size() || stored != hashOf(bytes.data(), hashed))
        CV_Error_(Error::StsParseError, ("the checkpoint '%s' is damaged: it was cut off or changed after it "
                                         "was written (its hash does not fit its %zu bytes)",
                                         path.c_str(), bytes.size()));

    Checkpoint c;
    Reader r(bytes);
    for (Settings* list : {&c.settings, &c.data})
        for (uint64 i = r.get<uint64>(); i > 0; i--)
        {
            const std::string name = r.text();
            list->push_back({name, r.text()});
        }
    for (uint64 i = r.get<uint64>(); i > 0; i--)
    {
        const std::string name = r.text();
        c.numbers[name] = r.get<double>();
    }
    for (uint64 i = r.get<uint64>(); i > 0; i--)
    {
        const std::string name = r.text();
        c.tensors[name] = r.tensor();
    }
    return c;
}

double Checkpoint::number(const std::string& name) const
{
    const auto at = numbers.find(name);
    if (at == numbers.end())
        CV_Error_(Error::StsObjectNotFound, ("a checkpoint without '%s'", name.c_str()));
    return at->second;
}

void Checkpoint::copyTo(const std::string& name, Tensor& to) const
{
    const auto at = tensors.find(name);
    if (at == tensors.end() || at->second.shape() != to.shape())
        CV_Error_(Error::StsObjectNotFound,
                  ("a checkpoint without '%s' of %s", name.c_str(), to.shape().str().c_str()));
    at->second.flat().copyTo(to.flat());
}

} // namespace dnn_rpn_train
} // namespace cv
