#!/usr/bin/env bash
# Tries packages out: unpacks or installs them, runs the programs, builds a consumer's project.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)

usage() {
    cat <<'END_OF_HELP'
Usage: scripts/check_package.sh [--chroot[=SUITE]] DIR

DIR holds what scripts/package.sh wrote. The packages are unpacked into an empty folder: their programs draw and train
on a small data set, and test/consumer is built against them with CMake and with pkg-config.

  --chroot  install them into a fresh Debian instead (default: bookworm) and do the same there. Needs root, debootstrap
            and a mirror, and takes minutes
END_OF_HELP
}

suite=
packages=
for argument in "$@"; do
    case $argument in
        --chroot) suite=bookworm ;;
        --chroot=*) suite=${argument#*=} ;;
        --help | -h) usage; exit 0 ;;
        -*) echo "Unknown argument: $argument" >&2; usage >&2; exit 2 ;;
        *) packages=$(realpath "$argument") ;;
    esac
done
[ -n "$packages" ] || { usage >&2; exit 2; }
ls "$packages"/libopencv-dnn-rpn_*.deb "$packages"/libopencv-dnn-rpn-dev_*.deb >/dev/null

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# What is done in either place. try PREFIX SOURCES WORK
cat >"$work/try.sh" <<'END_OF_TRY'
set -euo pipefail
prefix=$1 sources=$2 work=$3
export PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name opencv_dnn_rpn.pc)")
"$prefix/bin/rpn_scenes" --output="$work/scenes" --count=10 --size=96x64 >/dev/null
"$prefix/bin/rpn_train" --data="$work/scenes" --size=96x64 --epochs=1 --batch=2 --report=none --out="$work/m.onnx" >"$work/log" ||
    { cat "$work/log"; exit 1; }
"$prefix/bin/rpn_detect" --model="$work/m.onnx" --input="$work/scenes/JPEGImages" --output="$work/found" --threshold=0 >/dev/null
grep -q '"score"' "$work/found/detections.json"
cmake -S "$sources" -B "$work/consumer" -DCMAKE_PREFIX_PATH="$prefix" >"$work/log" || { cat "$work/log"; exit 1; }
cmake --build "$work/consumer" >"$work/log" || { cat "$work/log"; exit 1; }
(cd "$work/consumer" && ctest --output-on-failure)
c++ "$sources/trains.cpp" -o "$work/trains" $(pkg-config --cflags --libs opencv_dnn_rpn_train) \
    -Wl,-rpath,"$(pkg-config --variable=libdir opencv_dnn_rpn_train)"
"$work/trains"
END_OF_TRY

for package in "$packages"/*.deb; do
    echo "== $(basename "$package")"
    dpkg-deb --field "$package" Package Version Depends
done
# Not through pipes, which grep would close early.
dpkg-deb --contents "$packages"/libopencv-dnn-rpn_*.deb >"$work/runtime"
dpkg-deb --contents "$packages"/libopencv-dnn-rpn-dev_*.deb >"$work/dev"
grep -q 'bin/rpn_train$' "$work/runtime" || fail "no rpn_train in the package"
grep -q 'dnn_rpn/tracker.hpp$' "$work/dev" || fail "no headers in the package"
! grep -qE 'dnn_rpn/private|test_samples' "$work/runtime" "$work/dev" || fail "what is our own is packed"

if [ -z "$suite" ]; then
    for package in "$packages"/*.deb; do
        dpkg-deb --extract "$package" "$work/root"
    done
    bash "$work/try.sh" "$work/root/usr" "$repository/test/consumer" "$work"
else
    [ "$(id -u)" -eq 0 ] || fail "--chroot needs root"
    command -v debootstrap >/dev/null || fail "--chroot needs debootstrap: apt-get install debootstrap"
    debootstrap --variant=minbase "$suite" "$work/root" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" >"$work/log" ||
        { tail -n 20 "$work/log"; fail "debootstrap"; }
    [ ! -f /etc/apt/apt.conf.d/proxy.conf ] || cp /etc/apt/apt.conf.d/proxy.conf "$work/root/etc/apt/apt.conf.d/"
    cp /etc/resolv.conf "$work/root/etc/" 2>/dev/null || true
    mkdir "$work/root/packages" "$work/root/try"
    cp "$packages"/*.deb "$work/root/packages/"
    cp -r "$repository/test/consumer" "$work/root/consumer"
    cp "$work/try.sh" "$work/root/try.sh"
    chroot "$work/root" sh -c 'apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends \
        /packages/*.deb g++ cmake make pkg-config' >"$work/log" 2>&1 || { tail -n 30 "$work/log"; fail "apt-get install"; }
    chroot "$work/root" bash /try.sh /usr /consumer /try
fi
echo "the packages work"
