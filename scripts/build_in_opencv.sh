#!/usr/bin/env bash
# Builds OpenCV's own source tree with our modules inside, and runs the tests as OpenCV's.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)

usage() {
    cat <<'END'
Usage: scripts/build_in_opencv.sh [--opencv=DIR] [--cache=DIR] [--build=DIR] [--jobs=N]

Builds opencv_test_dnn_rpn, opencv_test_dnn_rpn_train and opencv_perf_dnn_rpn inside an OpenCV tree and
runs them (the last one briefly), and runs OpenCV's generator of Python bindings over our headers.

  --opencv=DIR  OpenCV's source; default: the distribution's source package, downloaded once
  --cache=DIR   where that is kept, default: ${XDG_CACHE_HOME:-~/.cache}/dnn_rpn
  --build=DIR   build folder, emptied first, default: build-opencv/
  --jobs=N      compilations at a time, default: one per processor

DNN_RPN_DATA and DNN_RPN_BACKBONES in the environment reach the tests, as in scripts/test.sh.
The last line is "N passed, N failed"; the exit status is 0 only when none failed.
END
}

opencv=
cache=${XDG_CACHE_HOME:-$HOME/.cache}/dnn_rpn
build=$repository/build-opencv
jobs=$(nproc)
for argument in "$@"; do
    case $argument in
        --opencv=*) opencv=${argument#*=} ;;
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

# The source tree's folder in the cache, which this fills when needed.
cached_source() {
    local tree=$cache/opencv work file
    if [ ! -d "$tree" ]; then
        mkdir -p "$cache"
        work=$(mktemp -d "$cache/fetch.XXXXXX")
        file=$(apt_source "$work") || { rm -rf "$work"; return 1; }
        mkdir "$work/opencv"
        tar -x -f "$work/$file" -C "$work/opencv" --strip-components=1 || { rm -rf "$work"; return 1; }
        # Renamed when whole: an interrupted run leaves no half tree behind.
        mv -T "$work/opencv" "$tree"
        rm -rf "$work"
    fi
    echo "$tree"
}

"$repository/scripts/install_dependencies.sh" build tree
[ -n "$opencv" ] || opencv=$(cached_source)
[ -f "$opencv/modules/core/CMakeLists.txt" ] || { echo "No OpenCV source tree: $opencv" >&2; exit 1; }

# Our modules use a small part of OpenCV; what else it finds on the machine would only cost time.
without=(BUILD_EXAMPLES BUILD_JAVA BUILD_PROTOBUF BUILD_opencv_apps
    WITH_1394 WITH_ADE WITH_FFMPEG WITH_GSTREAMER WITH_GTK WITH_IPP WITH_ITT WITH_JASPER WITH_LAPACK
    WITH_OPENCL WITH_OPENEXR WITH_OPENJPEG WITH_QT WITH_QUIRC WITH_TIFF WITH_V4L WITH_VTK WITH_WEBP)

without=("${without[@]/#/-D}")
without=("${without[@]/%/=OFF}")

rm -rf "$build"
mkdir -p "$build"
build=$(cd "$build" && pwd)
# Lets a second checkout profit from the first one's compilations: ccache then sees no path of either.
export CCACHE_BASEDIR=$repository CCACHE_NOHASHDIR=1
cmake -S "$opencv" -B "$build" -G Ninja \
    -DCMAKE_BUILD_TYPE=Release -DENABLE_CCACHE=ON \
    -DOPENCV_EXTRA_MODULES_PATH="$repository/modules" \
    -DBUILD_LIST=dnn_rpn,dnn_rpn_train,ts,imgcodecs,python3 \
    -DBUILD_TESTS=ON -DBUILD_PERF_TESTS=ON -DDNN_RPN_NATIVE=ON \
    -DPROTOBUF_UPDATE_FILES=ON -DPYTHON3_EXECUTABLE=/usr/bin/python3 \
    "${without[@]}" >"$build/configure.log" 2>&1 || { tail -n 50 "$build/configure.log"; exit 1; }
grep -E 'dnn_rpn|To be built' "$build/configure.log" || true

# OpenCV leaves a target out without a word when something it needs is missing.
targets=(opencv_test_dnn_rpn opencv_test_dnn_rpn_train opencv_perf_dnn_rpn gen_opencv_python_source)
for target in "${targets[@]}"; do
    if ! ninja -C "$build" -t query "$target" >/dev/null 2>&1; then
        echo "The tree has no target $target; see $build/configure.log" >&2
        exit 1
    fi
done
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

# One of the functions that the generator must have seen.
if grep -rq 'pyopencv_cv_dnn_rpn_boxIoU' "$build/modules/python_bindings_generator"; then
    passed=$((passed + 1))
else
    echo "The generator of Python bindings did not see boxIoU" >&2
    failed=$((failed + 1))
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
