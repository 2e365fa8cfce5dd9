// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "field.hpp"
#include "number_text.hpp"

namespace cv {
namespace dnn_rpn_train {

namespace {

template<typename... Functions>
struct Overloaded : Functions...
{
    using Functions::operator()...;
};
template<typename... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

[[noreturn]] void refuse(const char* name, const String& text, const String& wanted)
{
    CV_Error_(Error::StsBadArg, ("%s=%s is not %s", name, text.c_str(), wanted.c_str()));
}

void setSize(Size& size, const String& text, const char* name)
{
    std::vector<int> sides;
    if (!parseNumbers(text, sides, 'x') || sides.size() != 2)
        refuse(name, text, "a width and a height, such as 320x240");
    size = Size(sides[0], sides[1]);
}

void setLevels(PyramidParams& levels, const String& text, const char* name)
{
    if (text == "none" || text == "auto")
    {
        levels.finest = levels.coarsest = text == "auto" ? -1 : 0;
        return;
    }
    std::vector<int> ends;
    if (!parseNumbers(text, ends, '-') || ends.size() != 2 || ends[0] < 1 || ends[1] < ends[0] ||
        ends[1] > 10)
        refuse(name, text, "none, auto or two levels from 1 to 10, such as 3-5");
    levels.finest = ends[0];
    levels.coarsest = ends[1];
}

template<typename Numbers>
void setNumbers(Numbers& numbers, const String& text, const char* name)
{
    std::vector<double> values;
    if (!parseNumbers(text, values) || values.size() != static_cast<size_t>(Numbers::channels))
        refuse(name, text,
               format("%d numbers with commas between them", static_cast<int>(Numbers::channels)));
    for (int i = 0; i < Numbers::channels; i++)
        numbers[i] = values[i];
}

void setList(std::vector<float>& list, const String& text, const char* name)
{
    std::vector<float> values;
    if (!parseNumbers(text, values))
        refuse(name, text, "numbers with commas between them, such as 16,32,64");
    list = values;
}

} // namespace

String textOf(const Field& field)
{
    return std::visit(
        Overloaded{
            [](int* v) { return String(numberText(*v)); }, [](double* v) { return String(numberText(*v)); },
            [](float* v) { return String(numberText(*v)); },
            [](bool* v) { return String(*v ? "true" : "false"); }, [](String* v) { return *v; },
            [](Size* v) { return String(numberText(v->width) + "x" + numberText(v->height)); },
            [](std::vector<float>* v) { return String(numbersText(*v)); },
            [](Vec2d* v) { return String(numbersText(std::vector<double>(v->val, v->val + 2))); },
            [](Scalar* v) { return String(numbersText(std::vector<double>(v->val, v->val + 4))); },
            [](PyramidParams* v) {
                return String(v->exists()      ? numberText(v->finest) + "-" + numberText(v->coarsest)
                              : v->automatic() ? "auto"
                                               : "none");
            },
            [](const Choice& c) { return c.name(c.value); },
            [](const StageCount& s) { return String(*s.value == -1 ? "all" : numberText(*s.value)); },
            [](const AutoList& l) { return String(l.value->empty() ? "auto" : numbersText(*l.value)); },
            [](const AutoNumber& n) { return String(std::isnan(*n.value) ? "auto" : numberText(*n.value)); },
            [](const Preset& p) { return presetOf(*p.value); }},
        field);
}

void setText(const Field& field, const String& text, const char* name)
{
    const auto number = [&](auto* v) {
        auto value = *v;
        if (!parseNumber(text, value))
            refuse(name, text, kindText(field));
        *v = value;
    };
    std::visit(Overloaded{[&](int* v) { number(v); }, [&](double* v) { number(v); },
                          [&](float* v) { number(v); },
                          [&](bool* v) {
                              if (text != "true" && text != "false")
                                  refuse(name, text, kindText(field));
                              *v = text == "true";
                          },
                          [&](String* v) { *v = text; }, [&](Size* v) { setSize(*v, text, name); },
                          [&](std::vector<float>* v) { setList(*v, text, name); },
                          [&](Vec2d* v) { setNumbers(*v, text, name); },
                          [&](Scalar* v) { setNumbers(*v, text, name); },
                          [&](PyramidParams* v) { setLevels(*v, text, name); },
                          [&](const Choice& c) { c.set(c.value, text, name); },
                          [&](const StageCount& s) {
                              if (text == "all")
                                  *s.value = -1;
                              else
                                  number(s.value);
                          },
                          [&](const AutoList& l) {
                              if (text == "auto")
                                  l.value->clear();
                              else
                                  setList(*l.value, text, name);
                          },
                          [&](const AutoNumber& n) {
                              if (text == "auto")
                                  *n.value = std::numeric_limits<double>::quiet_NaN();
                              else
                                  number(n.value);
                          },
                          [&](const Preset& p) {
                              if (text != "custom")
                                  *p.value = AugmentParams::preset(text);
                          }},
               field);
}

std::vector<double> numbersOf(const Field& field)
{
    using Numbers = std::vector<double>;
    return std::visit(
        Overloaded{[](int* v) { return Numbers{static_cast<double>(*v)}; },
                   [](double* v) { return Numbers{*v}; }, [](float* v) { return Numbers{*v}; },
                   [](Size* v) {
                       return Numbers{static_cast<double>(v->width), static_cast<double>(v->height)};
                   },
                   [](std::vector<float>* v) { return Numbers(v->begin(), v->end()); },
                   [](Vec2d* v) { return Numbers(v->val, v->val + 2); },
                   [](Scalar* v) { return Numbers(v->val, v->val + 4); },
                   [](const StageCount& s) { return Numbers{static_cast<double>(*s.value)}; },
                   [](const AutoList& l) { return Numbers(l.value->begin(), l.value->end()); },
                   [](const AutoNumber& n) { return std::isnan(*n.value) ? Numbers() : Numbers{*n.value}; },
                   [](const auto&) { return Numbers(); }},
        field);
}

String kindText(const Field& field)
{
    return std::visit(
        Overloaded{[](int*) { return String("a whole number"); }, [](double*) { return String("a number"); },
                   [](float*) { return String("a number"); }, [](bool*) { return String("true or false"); },
                   [](String*) { return String("a text"); }, [](Size*) { return String("width x height"); },
                   [](std::vector<float>*) { return String("numbers"); },
                   [](Vec2d*) { return String("two numbers, the lower one first"); },
                   [](Scalar*) { return String("four numbers"); },
                   [](PyramidParams*) { return String("none, auto, or levels such as 3-5"); },
                   [](const Choice& c) { return c.names(); },
                   [](const StageCount&) { return String("all, or a whole number"); },
                   [](const AutoList&) { return String("auto, or numbers"); },
                   [](const AutoNumber&) { return String("auto, or a number"); },
                   [](const Preset&) { return String("none, flip, light, strong"); }},
        field);
}

} // namespace dnn_rpn_train
} // namespace cv
