#!/usr/bin/env bash
# Builds OpenCV's own source tree with our modules inside, and runs the tests as OpenCV's.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)

usage() {
    cat <<'END'
Usage: scripts/build_in_opencv.sh [--opencv=DIR|pypi:VERSION|newest] [--headers] [--cache=DIR] [--build=DIR] [--jobs=N]

Builds both modules' tests and perf tests and the Python module cv2 inside an OpenCV tree and runs them: all tests,
those of the Python binding too, and the perf tests briefly.

  --opencv=DIR  OpenCV's source; default: the distribution's source package, downloaded once. pypi:VERSION is that of
                the source package opencv-contrib-python on PyPI, and newest the newest of these
  --headers     only compiles our sources and the Python binding's against the tree's headers, in a few minutes:
                builds no library and runs nothing
  --cache=DIR   where sources are kept, default: ${XDG_CACHE_HOME:-~/.cache}/dnn_rpn
  --build=DIR   build folder, emptied first, default: build-opencv/
  --jobs=N      compilations at a time, default: one per processor

DNN_RPN_DATA and DNN_RPN_BACKBONES in the environment reach the tests, as in scripts/test.sh.
The last line is "N passed, N failed"; the exit status is 0 only when none failed.
END
}

opencv=
headers=
cache=${XDG_CACHE_HOME:-$HOME/.cache}/dnn_rpn
build=$repository/build-opencv
jobs=$(nproc)
for argument in "$@"; do
    case $argument in
        --opencv=*) opencv=${argument#*=} ;;
        --headers) headers=1 ;;
        --cache=*) cache=${argument#*=} ;;
        --build=*) build=${argument#*=} ;;
        --jobs=*) jobs=${argument#*=} ;;
        --help | -h) usage; exit 0 ;;
        *) echo "Unknown argument: $argument" >&2; usage >&2; exit 2 ;;
    esac
done

# apt_source FOLDER: the upstream tarball of the source package opencv, into FOLDER.
# Where it comes from is where the machine's apt gets libopencv-dev. All of apt's state is in FOLDER, so
# this needs no root and leaves the machine's apt as it was.
apt_source() (
    cd "$1"
    mkdir -p lists/partial archives/partial sources.d
    apt=(-q -o Acquire::Retries=3 -o Dir::State::Lists="$PWD/lists" -o Dir::Cache="$PWD"
        -o Debug::NoLocking=1 -o APT::Sandbox::User="$(id -un)")
    # An entry that cannot be reached does not matter if another one has OpenCV.
    apt-get "${apt[@]}" update >&2 || true

    # shellcheck disable=SC2016 # what stands in $() is for apt
    apt-get "${apt[@]}" indextargets --format '$(FILENAME) $(SOURCESENTRY)' 'Created-By: Packages' |
        while read -r index entry; do
            found=$(/usr/lib/apt/apt-helper "${apt[@]}" cat-file "$index" | grep -cx 'Package: libopencv-dev' || true)
            [ "$found" = 0 ] || echo "${entry%:*}"
        done | sort -u >entries
    while read -r file; do
        case $file in
            *.sources) sed 's/^Types:.*/Types: deb-src/I' "$file" ;;
            *) sed -n 's/^[[:space:]]*deb[[:space:]]/deb-src /p' "$file" ;;
        esac >"sources.d/$(basename "$file")"
    done <entries
    # sources.list has no place among the parts without the ending of one.
    [ ! -f sources.d/sources.list ] || mv sources.d/sources.list sources.d/main.list

    apt+=(-o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$PWD/sources.d")
    apt-get "${apt[@]}" update >&2 || true
    read -r uri file hash < <(apt-get "${apt[@]}" source --only-source --print-uris opencv |
        sed -n "s/^'\([^']*\)' \(opencv_[^ ]*\.orig\.tar\.[^ ]*\) [0-9]* \(.*\)$/\1 \2 \3/p") ||
        { echo "apt knows no source package opencv; give the source with --opencv=DIR" >&2; exit 1; }
    /usr/lib/apt/apt-helper "${apt[@]}" download-file "$uri" "$file" "$hash" >&2
    echo "$file"
)

# pypi_source FOLDER VERSION: the source package opencv-contrib-python, which holds OpenCV's tree, into FOLDER.
pypi_source() (
    cd "$1"
    "$python" -m pip download --quiet --no-deps --no-binary opencv-contrib-python "opencv-contrib-python==$2" >&2
    echo opencv_contrib_python-*.tar.gz
)

# cached_source [VERSION]: the source tree's folder in the cache, which this fills when needed; with a version, from PyPI.
cached_source() {
    local tree=$cache/opencv${1:+-source-$1} work file
    if [ ! -d "$tree" ]; then
        mkdir -p "$cache"
        work=$(mktemp -d "$cache/fetch.XXXXXX")
        if [ $# -eq 0 ]; then
            file=$(apt_source "$work") || { rm -rf "$work"; return 1; }
        else
            file=$(pypi_source "$work" "$1") || { rm -rf "$work"; return 1; }
        fi
        mkdir "$work/opencv"
        # PyPI's package has the tree in a folder of its own, among others.
        local within=(--strip-components=1)
        [ $# -eq 0 ] || within=(--strip-components=2 "${file%.tar.gz}/opencv")
        tar -x -f "$work/$file" -C "$work/opencv" "${within[@]}" || { rm -rf "$work"; return 1; }
        # Renamed when whole: an interrupted run leaves no half tree behind.
        mv -T "$work/opencv" "$tree"
        rm -rf "$work"
    fi
    echo "$tree"
}

"$repository/scripts/install_dependencies.sh" build tree
case $opencv in
    "") opencv=$(cached_source) ;;
    newest | pypi:*)
        "$repository/scripts/install_dependencies.sh" test
        python=$repository/.venv/bin/python3
        version=${opencv#pypi:}
        if [ "$version" = newest ]; then
            version=$("$python" -m pip index versions opencv-contrib-python 2>/dev/null |
                sed -n '1s/^opencv-contrib-python (\(.*\))$/\1/p')
            [ -n "$version" ] || { echo "pip does not say which opencv-contrib-python is the newest" >&2; exit 1; }
        fi
        opencv=$(cached_source "$version") ;;
esac
[ -f "$opencv/modules/core/CMakeLists.txt" ] || { echo "No OpenCV source tree: $opencv" >&2; exit 1; }

# Our modules use a small part of OpenCV; what else it finds on the machine would only cost time.
without=(BUILD_EXAMPLES BUILD_JAVA BUILD_PROTOBUF BUILD_opencv_apps
    WITH_1394 WITH_ADE WITH_AVIF WITH_FFMPEG WITH_FLATBUFFERS WITH_GSTREAMER WITH_GTK WITH_HARFBUZZ WITH_IPP WITH_ITT
    WITH_JASPER WITH_LAPACK WITH_OBSENSOR WITH_OPENCL WITH_OPENEXR WITH_OPENJPEG WITH_QT WITH_QUIRC WITH_TIFF WITH_V4L
    WITH_VTK WITH_WEBP)

without=("${without[@]/#/-D}")
without=("${without[@]/%/=OFF}")

rm -rf "$build"
mkdir -p "$build"
build=$(cd "$build" && pwd)
# Lets a second checkout profit from the first one's compilations: ccache then sees no path of either.
export CCACHE_BASEDIR=$repository CCACHE_NOHASHDIR=1
# Instruction sets: those that our modules have code for. OpenCV's own files are compiled once more for each.
cmake -S "$opencv" -B "$build" -G Ninja \
    -DCMAKE_BUILD_TYPE=Release -DENABLE_CCACHE=ON \
    -DOPENCV_EXTRA_MODULES_PATH="$repository/modules" \
    -DBUILD_LIST=dnn_rpn,dnn_rpn_train,ts,imgcodecs,python3 \
    -DBUILD_TESTS=ON -DBUILD_PERF_TESTS=ON -DDNN_RPN_NATIVE=ON -DCPU_DISPATCH="AVX2;AVX512_SKX" \
    -DPROTOBUF_UPDATE_FILES=ON -DPYTHON3_EXECUTABLE=/usr/bin/python3 \
    "${without[@]}" >"$build/configure.log" 2>&1 || { tail -n 50 "$build/configure.log"; exit 1; }
grep -E 'dnn_rpn|To be built' "$build/configure.log" || true

# OpenCV leaves a target out without a word when something it needs is missing.
targets=(opencv_test_dnn_rpn opencv_test_dnn_rpn_train opencv_perf_dnn_rpn opencv_perf_dnn_rpn_train opencv_python3)
for target in "${targets[@]}"; do
    if ! ninja -C "$build" -t query "$target" >/dev/null 2>&1; then
        echo "The tree has no target $target; see $build/configure.log" >&2
        exit 1
    fi
done

if [ -n "$headers" ]; then
    # Ninja itself would first build the libraries that ours are linked with.
    exec /usr/bin/python3 "$repository/scripts/compile_modules.py" "$build" "$jobs"
fi
ninja -C "$build" -j "$jobs" "${targets[@]}"

passed=0
failed=0
# Adds what a test program says of itself; one that ends without saying anything has failed.
run() {
    local program=$1 log=$build/$1.log status=0 good bad
    shift
    "$build/bin/$program" "$@" 2>&1 | tee "$log" || status=$?
    good=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) tests\{0,1\}\..*/\1/p' "$log" | tail -n 1)
    bad=$(sed -n 's/^\[  FAILED  \] \([0-9]*\) tests\{0,1\}, listed below:.*/\1/p' "$log" | tail -n 1)
    passed=$((passed + ${good:-0}))
    if [ "${bad:-0}" -eq 0 ] && { [ "$status" -ne 0 ] || [ "${good:-0}" -eq 0 ]; }; then
        echo "$program: exit status $status, ${good:-no} tests passed" >&2
        bad=1
    fi
    failed=$((failed + ${bad:-0}))
}
filter=()
if [ -z "${DNN_RPN_DATA:-}" ] || [ -z "${DNN_RPN_BACKBONES:-}" ]; then
    echo "NOT ALL TESTS RUN: without DNN_RPN_DATA and DNN_RPN_BACKBONES those on photographs are left out"
    filter=(--gtest_filter='-Photographs.*')
fi
run opencv_test_dnn_rpn
run opencv_test_dnn_rpn_train "${filter[@]}"
run opencv_perf_dnn_rpn --perf_min_samples=1 --perf_force_samples=1
run opencv_perf_dnn_rpn_train --perf_min_samples=1 --perf_force_samples=1

# The bindings, by OpenCV's own frame for such tests.
for test in "$repository"/modules/*/misc/python/test/test_*.py; do
    log=$build/$(basename "$test" .py).log
    PYTHONPATH=$build/python_loader:$opencv/modules/python/test /usr/bin/python3 -B "$test" --verbose 2>&1 |
        tee "$log" || true
    all=$(sed -n 's/^Ran \([0-9]*\) tests\{0,1\} in .*/\1/p' "$log")
    bad=$(($(sed -n 's/^FAILED (\(.*\))$/\1/p' "$log" | grep -o '[0-9]*' | paste -sd+ || true)))
    if [ "${all:-0}" -eq 0 ] || { [ "$bad" -eq 0 ] && ! grep -q '^OK' "$log"; }; then
        echo "$test did not run to its end; see $log" >&2
        all=${all:-0} bad=$((bad + 1))
    fi
    passed=$((passed + all - bad))
    failed=$((failed + bad))
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
