#!/usr/bin/env python3
"""Names the functions of more than 80 lines, braces not counted; tables of rows are none. Exit status 1: there are some.
usage: long_functions.py FILE..."""
import re
import sys

MOST = 80
found = 0
for path in sys.argv[1:]:
    lines = open(path, encoding="utf-8").read().split("\n")
    opened = {}  # line of the last brace that stands alone at an indentation
    for number, line in enumerate(lines):
        indentation = len(line) - len(line.lstrip())
        if line.strip() == "{":
            opened[indentation] = number
        elif re.match(r"\s*}[;,)]*$", line) and indentation in opened:
            start = opened.pop(indentation)
            head = lines[start - 1].strip()
            # What a brace of a namespace, a type or a table begins is no function.
            first = start - 1
            while first > 0 and lines[first - 1].strip() and not re.search(r"[;{}:]\s*$|^\s*(//|#|\*)", lines[first - 1]):
                first -= 1
            head = " ".join(l.strip() for l in lines[first:start])
            if "(" not in head or re.search(r"(^|\*/ )(namespace|struct|class|enum|extern)\b", head):
                continue
            if lines[start + 1].lstrip().startswith("static const"):  # a table
                continue
            if number - start - 1 > MOST:
                found += 1
                print(f"{path}:{first + 1}: {number - start - 1} lines: {head[:90]}")
sys.exit(1 if found else 0)
