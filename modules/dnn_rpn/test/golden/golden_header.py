# This file is part of OpenCV project.
# It is subject to the license terms in the LICENSE file found in the top-level directory
# of this distribution and at http://opencv.org/license.html.
"""Writes numbers as a C++ header, which tests find without a path."""
import os
import textwrap

LICENCE = """\
// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
"""


class Header:
    def __init__(self, guard, script):
        self.guard = "OPENCV_DNN_RPN_TEST_%s_HPP" % guard
        self.lines = [
            LICENCE.rstrip(),
            "// Written by %s; not to be edited." % script,
            "// clang-format off",
            "#ifndef " + self.guard,
            "#define " + self.guard,
            "",
            "#include <vector>",
            "",
            "namespace opencv_test { namespace golden {",
        ]

    def _add(self, kind, name, texts):
        body = textwrap.fill(", ".join(texts), 118, break_on_hyphens=False)
        self.lines.append("const std::vector<%s> %s = {\n%s};" % (kind, name, body))

    @staticmethod
    def _flat(values):
        values = values.tolist() if hasattr(values, "tolist") else values
        if not isinstance(values, (list, tuple)):
            return [values]
        return [number for value in values for number in Header._flat(value)]

    def floats(self, name, values):
        def text(value):
            digits = "%.9g" % value
            return digits + ("f" if "." in digits or "e" in digits else ".f")

        self._add("float", name, [text(v) for v in self._flat(values)])

    def ints(self, name, values):
        self._add("int", name, ["%d" % v for v in self._flat(values)])

    def doubles(self, name, values):
        self._add("double", name, ["%.17g" % v for v in self._flat(values)])

    def bytes(self, name, data):
        self._add("unsigned char", name, ["%d" % b for b in data])

    def write(self, file_name):
        self.lines += ["}} // namespace", "", "#endif"]
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), file_name), "w") as out:
            out.write("\n".join(self.lines) + "\n")
