// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "constants.hpp"

#include <cstring>
#include <filesystem>
#include <fstream>

namespace cv {
namespace dnn_rpn_train {

namespace {

using Type = onnx::TensorProto;

template<typename T>
std::vector<T> copied(const std::string& bytes)
{
    std::vector<T> v(bytes.size() / sizeof(T));
    std::memcpy(v.data(), bytes.data(), v.size() * sizeof(T));
    return v;
}

std::vector<float> widened(const std::vector<uint16_t>& halves, bool bfloat)
{
    std::vector<float> v(halves.size());
    if (bfloat)
        for (size_t i = 0; i < v.size(); i++)
        {
            const uint32_t bits = static_cast<uint32_t>(halves[i]) << 16;
            std::memcpy(&v[i], &bits, sizeof(bits));
        }
    else if (!v.empty())
    {
        const int count = static_cast<int>(v.size());
        Mat to(1, count, CV_32F, v.data());
        Mat(1, count, CV_16F, const_cast<uint16_t*>(halves.data())).convertTo(to, CV_32F);
    }
    return v;
}

size_t sizeOf(int type)
{
    switch (type)
    {
    case Type::FLOAT:
    case Type::INT32:
        return 4;
    case Type::DOUBLE:
    case Type::INT64:
        return 8;
    case Type::FLOAT16:
    case Type::BFLOAT16:
        return 2;
    default:
        return 0;
    }
}

} // namespace

bool Constants::add(const std::string& name, const onnx::AttributeProto& attribute)
{
    if (attribute.name() == "value" && attribute.has_t())
    {
        add(name, attribute.t());
        return true;
    }
    onnx::TensorProto tensor;
    if (attribute.name() == "value_float")
        tensor.add_float_data(attribute.f());
    else if (attribute.name() == "value_int")
        tensor.add_int64_data(attribute.i());
    else if (attribute.name() == "value_floats")
        *tensor.mutable_float_data() = attribute.floats();
    else if (attribute.name() == "value_ints")
        *tensor.mutable_int64_data() = attribute.ints();
    else
        return false;
    const int count = tensor.float_data_size() + tensor.int64_data_size();
    tensor.set_data_type(tensor.float_data_size() ? Type::FLOAT : Type::INT64);
    if (attribute.name().back() == 's')
        tensor.add_dims(count);
    made.push_back(tensor);
    add(name, made.back());
    return true;
}

void Constants::add(const std::string& name, const std::vector<int64_t>& dims,
                    const std::vector<double>& numbers, bool whole)
{
    onnx::TensorProto tensor;
    for (int64_t d : dims)
        tensor.add_dims(d);
    tensor.set_data_type(whole ? Type::INT64 : Type::FLOAT);
    for (double number : numbers)
        if (whole)
            tensor.add_int64_data(static_cast<int64_t>(number));
        else
            tensor.add_float_data(static_cast<float>(number));
    made.push_back(tensor);
    add(name, made.back());
}

bool Constants::isWhole(const std::string& name) const
{
    const int type = all.at(name)->data_type();
    return type == Type::INT64 || type == Type::INT32;
}

void Constants::refuse(const std::string& name, const String& why) const
{
    CV_Error_(Error::StsParseError, ("'%s', constant '%s': %s", path.c_str(), name.c_str(), why.c_str()));
}

size_t Constants::total(const std::string& name) const
{
    if (!has(name))
        refuse(name, "it is not in the file");
    int64_t product = 1;
    for (int64_t d : all.at(name)->dims())
    {
        if (d < 1 || d > (1 << 28) || product * d > (1 << 28))
            refuse(name, format("it has a dimension of %lld", static_cast<long long>(d)));
        product *= d;
    }
    return static_cast<size_t>(product);
}

std::vector<int64_t> Constants::dims(const std::string& name) const
{
    total(name); // refuses dimensions that make no sense
    return {all.at(name)->dims().begin(), all.at(name)->dims().end()};
}

std::string Constants::externalBytes(const std::string& name, size_t count) const
{
    namespace fs = std::filesystem;
    std::string location;
    uint64_t offset = 0, length = count;
    for (const onnx::StringStringEntryProto& entry : all.at(name)->external_data())
        try
        {
            if (entry.key() == "location")
                location = entry.value();
            else if (entry.key() == "offset")
                offset = std::stoull(entry.value());
            else if (entry.key() == "length")
                length = std::stoull(entry.value());
        }
        catch (const std::exception&)
        {
            refuse(name, "its " + entry.key() + " in another file is '" + entry.value() + "', not a number");
        }
    // The file is the only one that the user named: nothing outside its folder is read for it.
    const fs::path relative = fs::u8path(location), folder = fs::absolute(fs::u8path(path)).parent_path();
    std::error_code failed;
    const fs::path home = fs::canonical(folder, failed), file = fs::canonical(folder / relative, failed);
    if (location.empty() || relative.is_absolute() || failed || !fs::is_regular_file(file))
        refuse(name, "its numbers are in '" + location + "', which is no file beside it");
    if (std::mismatch(home.begin(), home.end(), file.begin(), file.end()).first != home.end() ||
        std::find(relative.begin(), relative.end(), "..") != relative.end())
        refuse(name, "its numbers are in '" + location + "', outside the folder of the file");
    const uint64_t size = fs::file_size(file);
    if (length != count || offset > size || length > size - offset)
        refuse(name,
               format("it should have %zu bytes; '%s' of %llu bytes has %llu of them from %llu on", count,
                      location.c_str(), static_cast<unsigned long long>(size),
                      static_cast<unsigned long long>(length), static_cast<unsigned long long>(offset)));
    std::string data(count, '\0');
    std::ifstream stream(file, std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(offset));
    if (!stream.read(&data[0], static_cast<std::streamsize>(count)))
        refuse(name, "cannot read '" + location + "'");
    return data;
}

//! As they stand in the file, or beside it; empty where they stand as numbers of their type.
std::string Constants::bytes(const std::string& name, size_t count) const
{
    const onnx::TensorProto& t = *all.at(name);
    if (t.data_location() == onnx::TensorProto::EXTERNAL)
        return externalBytes(name, count);
    if (t.has_raw_data() && t.raw_data().size() != count && !t.raw_data().empty())
        refuse(name, format("it should have %zu bytes but has %zu", count, t.raw_data().size()));
    return t.raw_data();
}

std::vector<float> Constants::floats(const std::string& name) const
{
    const size_t count = total(name);
    const onnx::TensorProto& t = *all.at(name);
    const int type = t.data_type();
    const std::string raw = bytes(name, count * sizeOf(type));
    std::vector<float> v;
    if (type == Type::FLOAT)
        v = raw.empty() ? std::vector<float>(t.float_data().begin(), t.float_data().end())
                        : copied<float>(raw);
    else if (type == Type::DOUBLE)
    {
        const std::vector<double> wide =
            raw.empty() ? std::vector<double>(t.double_data().begin(), t.double_data().end())
                        : copied<double>(raw);
        v.assign(wide.begin(), wide.end());
    }
    else if (type == Type::FLOAT16 || type == Type::BFLOAT16)
        v = widened(raw.empty() ? std::vector<uint16_t>(t.int32_data().begin(), t.int32_data().end())
                                : copied<uint16_t>(raw),
                    type == Type::BFLOAT16);
    else
        refuse(name, format("it has type %d; only floats of 16, 32 and 64 bits are known here", type));
    if (v.size() != count)
        refuse(name, format("it should hold %zu numbers but holds %zu", count, v.size()));
    return v;
}

std::vector<int64_t> Constants::wholeNumbers(const std::string& name) const
{
    const size_t count = total(name);
    const onnx::TensorProto& t = *all.at(name);
    const int type = t.data_type();
    const std::string raw = bytes(name, count * sizeOf(type));
    std::vector<int64_t> v;
    if (type == Type::INT64)
        v = raw.empty() ? std::vector<int64_t>(t.int64_data().begin(), t.int64_data().end())
                        : copied<int64_t>(raw);
    else if (type == Type::INT32)
    {
        const std::vector<int32_t> narrow =
            raw.empty() ? std::vector<int32_t>(t.int32_data().begin(), t.int32_data().end())
                        : copied<int32_t>(raw);
        v.assign(narrow.begin(), narrow.end());
    }
    else
        refuse(name, format("it has type %d; only integers of 32 and 64 bits are known here", type));
    if (v.size() != count)
        refuse(name, format("it should hold %zu numbers but holds %zu", count, v.size()));
    return v;
}

} // namespace dnn_rpn_train
} // namespace cv
