#!/usr/bin/env bash
# Runs doxygen over the modules' headers and tutorials; each of its warnings is an error.
# usage: check_docs.sh [OUTPUT]: with a folder, the pages stay there
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${1:-}" = --help ]; then
    sed -n '2,3s/^# //p' "$0"
    exit
fi
if ! command -v doxygen >/dev/null; then
    echo "doxygen is missing; on Debian or Ubuntu: apt-get install doxygen" >&2
    exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
output=${1:-$work/html}

# OpenCV's documentation cites through bibtex, of which doxygen would want an installation; here a key only has to be in
# the modules' own list.
status=0
while IFS=: read -r file key; do
    if ! grep -qE "^@[a-z]+\{$key,$" modules/*/doc/*.bib; then
        echo "$file: no .bib has $key" >&2
        status=1
    fi
done < <(grep -roE '@cite [A-Za-z0-9]+' modules/*/include modules/*/tutorials | sed 's/@cite //')

cat >"$work/Doxyfile" <<END_OF_FILE
PROJECT_NAME = dnn_rpn
INPUT = modules/dnn_rpn/include modules/dnn_rpn_train/include modules/dnn_rpn/tutorials modules/dnn_rpn_train/tutorials
FILE_PATTERNS = *.hpp *.markdown
EXCLUDE_PATTERNS = */private/*
RECURSIVE = YES
OUTPUT_DIRECTORY = $work
HTML_OUTPUT = $(realpath -m "$output")
GENERATE_LATEX = NO
EXTRACT_ALL = NO
EXTRACT_STATIC = YES
QUIET = YES
WARNINGS = YES
WARN_IF_UNDOCUMENTED = NO
WARN_IF_DOC_ERROR = YES
WARN_IF_INCOMPLETE_DOC = NO
WARN_NO_PARAMDOC = NO
WARN_AS_ERROR = NO
WARN_LOGFILE = $work/warnings
HAVE_DOT = NO
INPUT_FILTER = "sed 's/@cite //'"
MULTILINE_CPP_IS_BRIEF = NO
JAVADOC_AUTOBRIEF = NO
ENABLE_PREPROCESSING = YES
MACRO_EXPANSION = YES
EXPAND_ONLY_PREDEF = YES
PREDEFINED = __cplusplus=1 CV_EXPORTS= CV_EXPORTS_W= CV_EXPORTS_W_SIMPLE= CV_EXPORTS_W_MAP= CV_WRAP= CV_PROP= CV_PROP_RW= \
             CV_OUT= CV_IN_OUT= OPENCV_BINDING_PARSER=
TAB_SIZE = 4
END_OF_FILE
doxygen "$work/Doxyfile" >"$work/log" 2>&1 || { cat "$work/log" >&2; status=1; }
if [ -s "$work/warnings" ]; then
    sed "s|$PWD/||" "$work/warnings" >&2
    status=1
fi
exit $status
