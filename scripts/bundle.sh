#!/usr/bin/env bash
# Gathers what a machine with a GPU and only a driver needs for gpu_check.sh in one folder.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)

usage() {
    cat <<'END'
Usage: scripts/bundle.sh [--operators] [--build=DIR] [--out=DIR] [--jobs=N]

Builds with CUDA, and gathers the tests of both modules, cuda_operators, rpn_scenes and rpn_train with the libraries
that they need in one folder (1.2 GB, nearly all of it cuBLAS and cuDNN):

  FOLDER/gpu_check.sh                      everything, in under eight minutes, with a report
  FOLDER/run PROGRAM [ARGUMENT..]          one of the programs

The other machine needs a driver and nothing else: CUDA's run time is linked in. The C library comes along as well, for
machines whose own is older; "run" takes it where a program does not start without. compute-sanitizer comes along where
the CUDA toolkit here has it. Needs what "scripts/install_dependencies.sh build test" installs, and nvcc.

  --operators    only the operators of dnn_rpn, their tests and their bench (40 MB)
  --build=DIR    default: build-bundle
  --out=DIR      default: out/bundle
END
}

build=$repository/build-bundle
out=$repository/out/bundle
jobs=$(nproc)
training=ON
for argument in "$@"; do
    case $argument in
        --operators) training=OFF ;;
        --build=*) build=${argument#*=} ;;
        --out=*) out=${argument#*=} ;;
        --jobs=*) jobs=${argument#*=} ;;
        --help | -h) usage; exit 0 ;;
        *) echo "Unknown argument: $argument" >&2; usage >&2; exit 2 ;;
    esac
done
programs=(opencv_test_dnn_rpn cuda_operators)
[ $training = OFF ] || programs+=(opencv_test_dnn_rpn_train rpn_scenes rpn_train)

mkdir -p "$build"
# DT_RPATH, not DT_RUNPATH: it also counts for the libraries that libraries need.
export CCACHE_BASEDIR=$repository CCACHE_NOHASHDIR=1
cmake -S "$repository" -B "$build" -G Ninja -DWITH_CUDA=ON -DDNN_RPN_BUILD_PERF=ON -DDNN_RPN_BUILD_SAMPLES=$training \
    -DBUILD_opencv_dnn_rpn_train=$training -DDNN_RPN_NATIVE=OFF -DWITH_MPI=OFF -DCMAKE_BUILD_WITH_INSTALL_RPATH=ON \
    -DCMAKE_INSTALL_RPATH='$ORIGIN' -DCMAKE_EXE_LINKER_FLAGS=-Wl,--disable-new-dtags >"$build/configure.log" 2>&1 ||
    { cat "$build/configure.log" >&2; exit 1; }
cmake --build "$build" --target "${programs[@]}" -j "$jobs"

rm -rf "$out"
mkdir -p "$out/libc"

# OpenCV wants a BLAS to be there; nothing here calls it, and the reference one is a tenth of OpenBLAS.
library_path=$build/lib
for folder in /usr/lib/*/blas /usr/lib/*/lapack; do
    if [ -d "$folder" ]; then library_path=$library_path:$folder; fi
done

add() { # program or library: what it needs goes into the folder
    local missing
    missing=$(LD_LIBRARY_PATH=$library_path ldd "$1" | grep 'not found' || true)
    if [ -n "$missing" ]; then echo "${1##*/} lacks: $missing" >&2; exit 1; fi
    LD_LIBRARY_PATH=$library_path ldd "$1" | grep -o '/[^ ]*' | while read -r library; do
        case ${library##*/} in
            ld-linux* | libc.so* | libm.so* | libdl.so* | librt.so* | libpthread.so*) to=$out/libc ;;
            libcuda.so* | libnvidia*) continue ;; # the driver's: its version is the machine's
            *) to=$out ;;
        esac
        cp -Ln "$library" "$to/"
    done
}
for program in "${programs[@]}"; do
    cp "$build/bin/$program" "$out/"
    add "$build/bin/$program"
done
strip --strip-unneeded "$out"/*.so* "${programs[@]/#/$out/}" 2>/dev/null || true

# What cuDNN loads when it is called, and so ldd does not name.
if [ $training = ON ]; then
    cudnn=$(sed -n 's/^DNN_RPN_CUDNN_LIBRARY:[^=]*=//p' "$build/CMakeCache.txt")
    library_path=$library_path:$(dirname "$cudnn")
    for library in "$(dirname "$cudnn")"/libcudnn_*.so.[0-9] "$(dirname "$cudnn")"/libnvrtc.so.[0-9]* \
        "$(dirname "$cudnn")"/libnvrtc-builtins.so.[0-9]*; do
        [ -f "$library" ] || continue
        add "$library"
        cp -Ln "$library" "$out/"
    done
fi

sanitizer=$(dirname "$(readlink -f "$(command -v nvcc)")")/../compute-sanitizer
if [ -x "$sanitizer/compute-sanitizer" ]; then
    cp -rL "$sanitizer" "$out/compute-sanitizer"
else
    echo "This CUDA toolkit has no compute-sanitizer: gpu_check.sh will use the other machine's, or say that there is none"
fi

cat >"$out/run" <<'END'
#!/bin/sh
# run PROGRAM [ARGUMENT ..]: with this machine's C library, or with the one that came along if that is too old.
here=$(cd "$(dirname "$0")" && pwd)
program=$here/$1
shift
export LD_LIBRARY_PATH="$here${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" # for what cuDNN loads
if ldd "$program" 2>&1 | grep -q "version .* not found"; then
    exec "$here"/libc/ld-linux*.so* --library-path "$here/libc:$LD_LIBRARY_PATH" "$program" "$@"
fi
exec "$program" "$@"
END
chmod +x "$out/run"
cp "$repository/scripts/gpu_check.sh" "$out/"

echo "$out: $(du -sm "$out" | cut -f1) MB"
