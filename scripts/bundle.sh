#!/usr/bin/env bash
# Gathers the tests and the bench of the CUDA operators in a folder that runs on another machine.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)

usage() {
    cat <<'END'
Usage: scripts/bundle.sh [--build=DIR] [--out=DIR] [--jobs=N]

Builds with CUDA, and gathers opencv_test_dnn_rpn and cuda_operators with the libraries that they need in one folder:

  FOLDER/run opencv_test_dnn_rpn --gtest_filter='*Cuda*'
  FOLDER/run cuda_operators > cuda_operators.tsv

The other machine needs a driver and nothing else: CUDA's run time is linked in. Programs look for their libraries in
their own folder. The C library comes along as well, for machines whose own is older; "run" takes it where a program
does not start without. Needs what "scripts/install_dependencies.sh build test" installs, and nvcc.
END
}

build=$repository/build-bundle
out=$repository/out/bundle
jobs=$(nproc)
for argument in "$@"; do
    case $argument in
        --build=*) build=${argument#*=} ;;
        --out=*) out=${argument#*=} ;;
        --jobs=*) jobs=${argument#*=} ;;
        --help | -h) usage; exit 0 ;;
        *) echo "Unknown argument: $argument" >&2; usage >&2; exit 2 ;;
    esac
done
programs=(opencv_test_dnn_rpn cuda_operators)

mkdir -p "$build"
# DT_RPATH, not DT_RUNPATH: it also counts for the libraries that libraries need.
export CCACHE_BASEDIR=$repository CCACHE_NOHASHDIR=1
cmake -S "$repository" -B "$build" -G Ninja -DWITH_CUDA=ON -DDNN_RPN_BUILD_PERF=ON -DDNN_RPN_BUILD_SAMPLES=OFF \
    -DBUILD_opencv_dnn_rpn_train=OFF -DCMAKE_BUILD_WITH_INSTALL_RPATH=ON -DCMAKE_INSTALL_RPATH='$ORIGIN' \
    -DCMAKE_EXE_LINKER_FLAGS=-Wl,--disable-new-dtags >"$build/configure.log" 2>&1 || { cat "$build/configure.log" >&2; exit 1; }
cmake --build "$build" --target "${programs[@]}" -j "$jobs"

rm -rf "$out"
mkdir -p "$out/libc"

# OpenCV wants a BLAS to be there; nothing here calls it, and the reference one is a tenth of OpenBLAS.
library_path=$build/lib
for folder in /usr/lib/*/blas /usr/lib/*/lapack; do
    if [ -d "$folder" ]; then library_path=$library_path:$folder; fi
done

for program in "${programs[@]}"; do
    cp "$build/bin/$program" "$out/"
    missing=$(LD_LIBRARY_PATH=$library_path ldd "$build/bin/$program" | grep 'not found' || true)
    if [ -n "$missing" ]; then echo "$program lacks: $missing" >&2; exit 1; fi
    LD_LIBRARY_PATH=$library_path ldd "$build/bin/$program" | grep -o '/[^ ]*' | while read -r library; do
        case ${library##*/} in
            ld-linux* | libc.so* | libm.so* | libdl.so* | librt.so* | libpthread.so*) to=$out/libc ;;
            libcuda.so* | libnvidia*) continue ;; # the driver's: its version is the machine's
            *) to=$out ;;
        esac
        cp -Ln "$library" "$to/"
    done
done
strip --strip-unneeded "$out"/*.so* "${programs[@]/#/$out/}" 2>/dev/null || true

cat >"$out/run" <<'END'
#!/bin/sh
# run PROGRAM [ARGUMENT ..]: with this machine's C library, or with the one that came along if that is too old.
here=$(cd "$(dirname "$0")" && pwd)
program=$here/$1
shift
if ldd "$program" 2>&1 | grep -q "version .* not found"; then
    exec "$here"/libc/ld-linux*.so* --library-path "$here/libc:$here" "$program" "$@"
fi
exec "$program" "$@"
END
chmod +x "$out/run"

echo "$out: $(du -sm "$out" | cut -f1) MB"
