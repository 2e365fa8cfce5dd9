// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "shape_arithmetic.hpp"

#include <cfloat>
#include <map>
#include <numeric>

namespace cv {
namespace dnn_rpn_train {

namespace {

using Inputs = std::vector<const ShapeArray*>;
using Dims = std::vector<int64_t>;

//! One node at work.
struct Work
{
    const NodeReader& reader;
    const Inputs& inputs;

    bool has(size_t i) const { return i < inputs.size() && inputs[i]; }
    const ShapeArray& input(size_t i) const
    {
        if (!has(i))
            reader.refuse(format("it has no input %zu", i));
        return *inputs[i];
    }
    double constant(const ShapeNumber& n) const
    {
        if (!n.constant())
            reader.refuse("it depends on the size of the image in a way that is not known");
        return n.value;
    }
    //! An input, or the attribute that it was before.
    Dims integers(size_t i, const char* attribute) const
    {
        if (const Dims* given = reader.node.find<Dims>(attribute))
            return *given;
        Dims values;
        if (has(i))
            for (const ShapeNumber& n : inputs[i]->numbers)
                values.push_back(static_cast<int64_t>(constant(n)));
        return values;
    }
    //! Joined and repeated, arrays reach any size.
    void checkSize(int64_t count) const
    {
        const int64_t most = 1 << 22;
        if (count < 1 || count > most)
            reader.refuse(format("it gives %lld numbers", static_cast<long long>(count)));
    }
    int64_t axis(int64_t given, int64_t rank) const
    {
        const int64_t axis = given < 0 ? given + rank : given;
        if (axis < 0 || axis >= std::max<int64_t>(rank, 1))
            reader.refuse(format("it has no axis %lld", static_cast<long long>(given)));
        return axis;
    }
};

int64_t product(Dims::const_iterator begin, Dims::const_iterator end)
{
    return std::accumulate(begin, end, int64_t(1), std::multiplies<int64_t>());
}

int64_t total(const Dims& dims)
{
    return product(dims.begin(), dims.end());
}

ShapeArray keep(const Work& w)
{
    return w.input(0);
}

ShapeArray cast(const Work& w)
{
    const int64_t to = w.reader.integer("to", 0), float32 = 1, int32 = 6, int64 = 7, float16 = 10,
                  float64 = 11;
    ShapeArray a = w.input(0);
    a.whole = to == int32 || to == int64;
    if (!a.whole && to != float32 && to != float16 && to != float64)
        w.reader.refuse(format("a cast to type %lld is not known", static_cast<long long>(to)));
    if (a.whole)
        for (ShapeNumber& n : a.numbers)
            n.value = n.constant() ? std::trunc(n.value) : n.value;
    return a;
}

//! Bounds are inputs, or the attributes that they were before.
ShapeArray clip(const Work& w)
{
    const auto bound = [&](size_t input, const char* name, float otherwise) {
        return w.has(input) && !w.input(input).numbers.empty() ? w.constant(w.input(input).numbers[0])
                                                               : w.reader.real(name, otherwise);
    };
    const double lower = bound(1, "min", -FLT_MAX), upper = bound(2, "max", FLT_MAX);
    ShapeArray a = w.input(0);
    for (ShapeNumber& n : a.numbers)
        n.value = std::min(std::max(w.constant(n), lower), upper);
    return a;
}

//! @param f of two constants
template<typename Function>
ShapeArray combine(const Work& w, const Function& f)
{
    const ShapeArray &a = w.input(0), &b = w.input(1);
    const size_t rank = std::max(a.dims.size(), b.dims.size());
    ShapeArray out;
    out.whole = a.whole && b.whole;
    out.dims.assign(rank, 1);
    const auto padded = [&](const Dims& dims) {
        Dims d(rank - dims.size(), 1);
        d.insert(d.end(), dims.begin(), dims.end());
        return d;
    };
    const Dims da = padded(a.dims), db = padded(b.dims);
    for (size_t i = 0; i < rank; i++)
    {
        if (da[i] != db[i] && da[i] != 1 && db[i] != 1)
            w.reader.refuse("its inputs do not fit each other");
        out.dims[i] = std::max(da[i], db[i]);
    }
    const int64_t count = total(out.dims);
    w.checkSize(a.numbers.empty() || b.numbers.empty() ? 0 : count);
    for (int64_t k = 0; k < count; k++)
    {
        int64_t ia = 0, ib = 0, rest = k, sa = 1, sb = 1;
        for (size_t i = rank; i-- > 0;)
        {
            const int64_t at = rest % out.dims[i];
            rest /= out.dims[i];
            ia += da[i] > 1 ? at * sa : 0;
            ib += db[i] > 1 ? at * sb : 0;
            sa *= da[i];
            sb *= db[i];
        }
        out.numbers.push_back(f(a.numbers[ia], b.numbers[ib], out.whole));
    }
    return out;
}

template<typename Function>
ShapeArray ofConstants(const Work& w, const Function& f)
{
    return combine(w, [&](const ShapeNumber& a, const ShapeNumber& b, bool) {
        return ShapeNumber{f(w.constant(a), w.constant(b))};
    });
}

ShapeArray add(const Work& w)
{
    return combine(w, [&](const ShapeNumber& a, const ShapeNumber& b, bool) {
        if (!a.constant() && b.constant() && b.value == 0)
            return a;
        if (!b.constant() && a.constant() && a.value == 0)
            return b;
        return ShapeNumber{w.constant(a) + w.constant(b)};
    });
}

ShapeArray subtract(const Work& w)
{
    return combine(w, [&](const ShapeNumber& a, const ShapeNumber& b, bool) {
        if (!a.constant() && b.constant() && b.value == 0)
            return a;
        return ShapeNumber{w.constant(a) - w.constant(b)};
    });
}

ShapeArray multiply(const Work& w)
{
    return combine(w, [&](const ShapeNumber& a, const ShapeNumber& b, bool) {
        ShapeNumber n = a.constant() ? b : a;
        n.value = a.value * (a.constant() || b.constant() ? b.value : w.constant(b));
        return n;
    });
}

ShapeArray divide(const Work& w)
{
    return combine(w, [&](const ShapeNumber& a, const ShapeNumber& b, bool whole) {
        const bool same = a.node == b.node && a.axis == b.axis && !a.constant();
        const double divisor = same ? b.value : w.constant(b);
        if (divisor == 0)
            w.reader.refuse("it divides by 0");
        ShapeNumber n = a;
        n.value /= divisor;
        if (same)
            n.node = -1;
        if (whole && n.constant())
            n.value = std::trunc(n.value);
        return n;
    });
}

//! @param multiples what it does to a multiple of a length, which is taken to be whole, is nothing
template<typename Function>
ShapeArray each(const Work& w, const Function& f, bool multiples = false)
{
    ShapeArray a = w.input(0);
    for (ShapeNumber& n : a.numbers)
        if (n.constant() || !multiples)
            n.value = f(w.constant(n));
    return a;
}

ShapeArray concat(const Work& w)
{
    ShapeArray out = w.input(0);
    const int64_t rank = static_cast<int64_t>(out.dims.size());
    const int64_t axis = w.axis(w.reader.integer("axis", 0), rank);
    if (rank == 0)
        w.reader.refuse("numbers have no axis to be joined along");
    const int64_t outer = product(out.dims.begin(), out.dims.begin() + axis);
    out.numbers.clear();
    out.dims[axis] = 0;
    for (const ShapeArray* a : w.inputs)
    {
        Dims expected = w.input(0).dims;
        if (a && a->dims.size() == expected.size())
            expected[axis] = a->dims[axis];
        if (!a || a->dims != expected)
            w.reader.refuse("its inputs do not fit each other");
        out.dims[axis] += a->dims[axis];
        w.checkSize(total(out.dims));
        out.whole = out.whole && a->whole;
    }
    for (int64_t i = 0; i < outer; i++)
        for (const ShapeArray* a : w.inputs)
        {
            const int64_t length = static_cast<int64_t>(a->numbers.size()) / outer;
            out.numbers.insert(out.numbers.end(), a->numbers.begin() + i * length,
                               a->numbers.begin() + (i + 1) * length);
        }
    return out;
}

//! Some places of one axis.
ShapeArray take(const Work& w, const ShapeArray& a, int64_t axis, const std::vector<int64_t>& places)
{
    const int64_t outer = product(a.dims.begin(), a.dims.begin() + axis),
                  inner = product(a.dims.begin() + axis + 1, a.dims.end());
    ShapeArray out;
    out.whole = a.whole;
    out.dims = a.dims;
    out.dims[axis] = static_cast<int64_t>(places.size());
    if (!places.empty())
        w.checkSize(total(out.dims));
    for (int64_t i = 0; i < outer; i++)
        for (int64_t place : places)
        {
            const auto first = a.numbers.begin() + (i * a.dims[axis] + place) * inner;
            out.numbers.insert(out.numbers.end(), first, first + inner);
        }
    return out;
}

ShapeArray gather(const Work& w)
{
    const ShapeArray &a = w.input(0), &indices = w.input(1);
    const int64_t axis = w.axis(w.reader.integer("axis", 0), static_cast<int64_t>(a.dims.size()));
    if (a.dims.empty())
        w.reader.refuse("a number has no axis to take from");
    std::vector<int64_t> places;
    for (const ShapeNumber& index : indices.numbers)
        places.push_back(w.axis(static_cast<int64_t>(w.constant(index)), a.dims[axis]));
    ShapeArray out = take(w, a, axis, places);
    out.dims.erase(out.dims.begin() + axis);
    out.dims.insert(out.dims.begin() + axis, indices.dims.begin(), indices.dims.end());
    return out;
}

ShapeArray slice(const Work& w)
{
    const ShapeArray& a = w.input(0);
    const Dims begins = w.integers(1, "starts"), ends = w.integers(2, "ends"), axes = w.integers(3, "axes"),
               steps = w.integers(4, "steps");
    if (a.dims.empty() || begins.size() != 1 || ends.size() != 1)
        w.reader.refuse("of constants only slices along one axis are known");
    const int64_t axis = w.axis(axes.empty() ? 0 : axes[0], static_cast<int64_t>(a.dims.size())),
                  size = a.dims[axis], step = steps.empty() ? 1 : steps[0];
    if (step == 0)
        w.reader.refuse("it has steps of 0");
    // Downwards, it ends before the first.
    const int64_t lowest = step > 0 ? 0 : -1, highest = step > 0 ? size : size - 1;
    const auto within = [&](int64_t i, int64_t least) {
        return std::min(std::max(i < 0 ? i + size : i, least), highest);
    };
    std::vector<int64_t> places;
    const int64_t end = within(ends[0], lowest);
    for (int64_t i = within(begins[0], 0); step > 0 ? i < end : i > end; i += step)
        places.push_back(i);
    return take(w, a, axis, places);
}

ShapeArray unsqueeze(const Work& w)
{
    ShapeArray a = w.input(0);
    Dims axes = w.integers(1, "axes");
    const int64_t rank = static_cast<int64_t>(a.dims.size() + axes.size());
    for (int64_t& axis : axes)
        axis = w.axis(axis, rank);
    std::sort(axes.begin(), axes.end());
    for (int64_t axis : axes)
    {
        if (axis > static_cast<int64_t>(a.dims.size()))
            w.reader.refuse("its axes are not there");
        a.dims.insert(a.dims.begin() + axis, 1);
    }
    return a;
}

ShapeArray squeeze(const Work& w)
{
    ShapeArray a = w.input(0);
    Dims axes = w.integers(1, "axes"), left;
    for (int64_t& axis : axes)
        axis = w.axis(axis, static_cast<int64_t>(a.dims.size()));
    for (size_t i = 0; i < a.dims.size(); i++)
    {
        const bool named = std::find(axes.begin(), axes.end(), static_cast<int64_t>(i)) != axes.end();
        if (!(axes.empty() ? a.dims[i] == 1 : named))
            left.push_back(a.dims[i]);
    }
    if (total(left) != total(a.dims))
        w.reader.refuse("an axis that it leaves out is longer than 1");
    a.dims = left;
    return a;
}

ShapeArray reshape(const Work& w)
{
    ShapeArray a = w.input(0);
    Dims dims = w.integers(1, "shape");
    int64_t known = 1, open = -1;
    for (size_t i = 0; i < dims.size(); i++)
    {
        if (dims[i] == 0 && i < a.dims.size())
            dims[i] = a.dims[i];
        if (dims[i] == -1 && open < 0)
            open = static_cast<int64_t>(i);
        else if (dims[i] < 1 || known > total(a.dims))
            w.reader.refuse("its shape is not known");
        else
            known *= dims[i];
    }
    if (open >= 0)
        dims[open] = total(a.dims) / known;
    if (total(dims) != total(a.dims))
        w.reader.refuse("its shape does not fit its input");
    a.dims = dims;
    return a;
}

ShapeArray transpose(const Work& w)
{
    const ShapeArray& a = w.input(0);
    Dims perm;
    if (const Dims* given = w.reader.node.find<Dims>("perm"))
        perm = *given;
    else
        for (size_t i = a.dims.size(); i-- > 0;)
            perm.push_back(static_cast<int64_t>(i));
    Dims sorted = perm, all(a.dims.size());
    std::sort(sorted.begin(), sorted.end());
    std::iota(all.begin(), all.end(), 0);
    if (sorted != all)
        w.reader.refuse("its axes are not those of its input");
    ShapeArray out = a;
    Dims strides(perm.size());
    for (size_t i = 0; i < perm.size(); i++)
    {
        out.dims[i] = a.dims[perm[i]];
        strides[i] = product(a.dims.begin() + perm[i] + 1, a.dims.end());
    }
    for (size_t k = 0; k < out.numbers.size(); k++)
    {
        int64_t rest = static_cast<int64_t>(k), from = 0;
        for (size_t i = perm.size(); i-- > 0;)
        {
            from += rest % out.dims[i] * strides[i];
            rest /= out.dims[i];
        }
        out.numbers[k] = a.numbers[from];
    }
    return out;
}

using Function = ShapeArray (*)(const Work&);

Function functionOf(const std::string& type)
{
    static const std::map<std::string, Function> all{
        {"Add", add},
        {"Cast", cast},
        {"Ceil",
         [](const Work& w) {
             return each(
                 w, [](double x) { return std::ceil(x); }, true);
         }},
        {"Clip", clip},
        {"Concat", concat},
        {"Div", divide},
        {"Floor",
         [](const Work& w) {
             return each(
                 w, [](double x) { return std::floor(x); }, true);
         }},
        {"Gather", gather},
        {"Max",
         [](const Work& w) { return ofConstants(w, [](double a, double b) { return std::max(a, b); }); }},
        {"Min",
         [](const Work& w) { return ofConstants(w, [](double a, double b) { return std::min(a, b); }); }},
        {"Mul", multiply},
        {"Neg", [](const Work& w) { return each(w, [](double x) { return -x; }); }},
        {"Reshape", reshape},
        {"Slice", slice},
        {"Sqrt", [](const Work& w) { return each(w, [](double x) { return std::sqrt(x); }); }},
        {"Squeeze", squeeze},
        {"Sub", subtract},
        {"Transpose", transpose},
        {"Unsqueeze", unsqueeze},
        {"Relu", [](const Work& w) { return each(w, [](double x) { return std::max(x, 0.); }); }},
        {"Identity", keep},
    };
    const auto found = all.find(type);
    return found == all.end() ? nullptr : found->second;
}

} // namespace

bool ShapeArray::constant() const
{
    return std::all_of(numbers.begin(), numbers.end(), [](const ShapeNumber& n) { return n.constant(); });
}

bool worksOut(const std::string& type)
{
    return functionOf(type) != nullptr;
}

bool workOut(const NodeReader& reader, const Inputs& inputs, ShapeArray& output)
{
    const Function f = functionOf(reader.node.type);
    if (!f)
        return false;
    output = f({reader, inputs});
    return true;
}

} // namespace dnn_rpn_train
} // namespace cv
