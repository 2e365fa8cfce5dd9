#!/usr/bin/env bash
# Compiles for other systems, from Debian.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)

usage() {
    cat <<'END_OF_HELP'
Usage: scripts/cross.sh mingw|arm64 [--jobs=N] [--only=PATTERN]

  mingw  lets MinGW's compiler read every source of the modules and programs for Windows, with this machine's headers of
         OpenCV and the other libraries: what does not compile there shows, what does not link or run does not.
         Needs g++-mingw-w64-x86-64-posix
  arm64  compiles dnn_rpn and its tests for ARM64, links them with Debian's OpenCV of that architecture, which is
         unpacked beside the build, and runs the tests under qemu-user. Needs g++-aarch64-linux-gnu and qemu-user
  --jobs=N  compilations at a time, default: one per processor
  --only=PATTERN  mingw: only sources whose path matches the regular expression
END_OF_HELP
}

jobs=$(nproc)
target=
only=.
for argument in "$@"; do
    case $argument in
        mingw | arm64) target=$argument ;;
        --jobs=*) jobs=${argument#*=} ;;
        --only=*) only=${argument#*=} ;;
        --help | -h) usage; exit 0 ;;
        *) echo "Unknown argument: $argument" >&2; usage >&2; exit 2 ;;
    esac
done
[ -n "$target" ] || { usage >&2; exit 2; }
cd "$repository"
build=$repository/build-$target
mkdir -p "$build"

need() {
    command -v "$1" >/dev/null || { echo "$1 is missing; on Debian or Ubuntu: apt-get install $2" >&2; exit 1; }
}

# ocv_add_dispatched_file writes it; here only the baseline is compiled.
declarations() {
    local file
    mkdir -p "$build/generated"
    for file in modules/dnn_rpn/src/*.simd.hpp; do
        printf '#define CV_CPU_DISPATCH_MODES_ALL\n#define CV_CPU_DISPATCH(fn, args, modes) return cpu_baseline::fn args\n' \
            >"$build/generated/$(basename "${file%.simd.hpp}").simd_declarations.hpp"
    done
}

mingw() {
    need x86_64-w64-mingw32-g++-posix g++-mingw-w64-x86-64-posix
    # Only these libraries' headers, not the C library's that lie beside them.
    local include=$build/include header
    rm -rf "$include"
    mkdir -p "$include"
    for header in opencv4/opencv2 eigen3/Eigen eigen3/unsupported pugixml.hpp pugiconfig.hpp nlohmann yaml-cpp google onnx oneapi; do
        [ ! -e "/usr/include/$header" ] || ln -s "/usr/include/$header" "$include/"
    done
    local flags=(-std=c++17 -fsyntax-only -Wall -Wextra -Wshadow -Werror -DONNX_ML=1 -DONNX_NAMESPACE=onnx -Imodules/dnn_rpn/include
        -Imodules/dnn_rpn_train/include -Isamples "-I$build/generated" -isystem "$include")
    local sources
    sources=$(find modules/*/src samples -name '*.cpp' ! -path '*/cuda/*' ! -path '*/onednn/*' | grep -E -- "$only")
    local failed=0
    # shellcheck disable=SC2086 # names without blanks
    printf '%s\n' $sources | xargs -P "$jobs" -I{} sh -c \
        'x86_64-w64-mingw32-g++-posix "$@" {} >"$0/$(echo {} | tr / _).log" 2>&1 || { echo "FAILED: {}"; exit 1; }' \
        "$build" "${flags[@]}" || failed=1
    [ $failed -eq 0 ] || { grep -hE 'error|warning' "$build"/*.log | sort | uniq -c | sort -rn | head -n 20; exit 1; }
    echo "$(wc -w <<<"$sources") sources compile for Windows"
}

# Debian's packages of another architecture, unpacked: no installation, no foreign architecture on this machine.
sysroot() {
    local root=$build/sysroot apt=$build/apt package
    [ ! -e "$root/complete" ] || return 0
    mkdir -p "$root" "$apt/lists/partial" "$apt/cache/archives/partial"
    touch "$apt/status"
    local options=(-o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o Dir::State="$apt" -o Dir::State::status="$apt/status"
        -o Dir::Cache="$apt/cache" -o APT::Install-Recommends=false -o Debug::NoLocking=true)
    apt-get "${options[@]}" update >"$apt/log" 2>&1 || { cat "$apt/log"; exit 1; }
    apt-get "${options[@]}" --yes --download-only install libopencv-core406 libopencv-imgproc406 libopencv-imgcodecs406 \
        libopencv-dnn406 libc6 libstdc++6 libgtest-dev >"$apt/log" 2>&1 || { tail "$apt/log"; exit 1; }
    for package in "$apt"/cache/archives/*.deb; do
        dpkg-deb --extract "$package" "$root"
    done
    touch "$root/complete"
}

arm64() {
    need aarch64-linux-gnu-g++ g++-aarch64-linux-gnu
    need qemu-aarch64 qemu-user
    sysroot
    local root=$build/sysroot include=$build/include library
    mkdir -p "$include" "$build/objects"
    ln -sfn /usr/include/opencv4/opencv2 "$include/opencv2"
    ln -sfn "$root/usr/include/gtest" "$include/gtest"
    local flags=(-std=c++17 -O2 -Wall -Wextra -DDNN_RPN_STANDALONE -Imodules/dnn_rpn/include "-I$build/generated" -isystem "$include"
        -Imodules/dnn_rpn/test/cuda_on_cpu)
    find modules/dnn_rpn/src modules/dnn_rpn/test -name '*.cpp' ! -path '*/cuda/*' ! -path '*cuda*' | tr '\n' '\0' |
        xargs -0 -P "$jobs" -I{} sh -c \
            '[ "$0/$(echo {} | tr / _).o" -nt {} ] || aarch64-linux-gnu-g++ "$@" -c {} -o "$0/$(echo {} | tr / _).o"' \
            "$build/objects" "${flags[@]}"
    local libraries=()
    for library in core imgproc imgcodecs dnn; do
        libraries+=("$(find "$root" -name "libopencv_$library.so.4*" -type l | head -n 1)")
    done
    aarch64-linux-gnu-g++ "$build"/objects/*.o "$root/usr/lib/aarch64-linux-gnu/libgtest.a" "${libraries[@]}" -pthread -Wl,--allow-shlib-undefined \
        -Wl,-rpath-link,"$root/usr/lib/aarch64-linux-gnu" -o "$build/opencv_test_dnn_rpn"
    # blas and lapack lie in folders of their own
    qemu-aarch64 -L "$root" -E LD_LIBRARY_PATH="$(find "$root/usr/lib/aarch64-linux-gnu" -type d -name '*blas*' -o -type d \
        -name '*lapack*' | sed "s|^$root||" | paste -sd:)" "$build/opencv_test_dnn_rpn" \
        --gtest_filter="${GTEST_FILTER:--*allocat*:*Memory*}"
}

declarations
"$target"
