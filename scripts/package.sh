#!/usr/bin/env bash
# Builds the Debian packages and the archive.
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)

usage() {
    cat <<'END_OF_HELP'
Usage: scripts/package.sh [--out=DIR] [--build=DIR] [--jobs=N]

Writes libopencv-dnn-rpn_VERSION_ARCH.deb (programs and libraries), libopencv-dnn-rpn-dev_VERSION_ARCH.deb (headers,
CMake and pkg-config files) and opencv-dnn-rpn-VERSION-Linux.tar.gz (both) for this release of Debian or Ubuntu.

  --out=DIR    where to put them, default: build-package/
  --build=DIR  pack a build that is there, as it is. Without it everything is compiled anew, for any processor of
               this architecture (DNN_RPN_NATIVE=OFF), and without MPI, into build-package/build
  --jobs=N     compilations at a time, default: one per processor

scripts/check_package.sh tries them out.
END_OF_HELP
}

out=$repository/build-package
build=
jobs=$(nproc)
for argument in "$@"; do
    case $argument in
        --out=*) out=$(realpath -m "${argument#*=}") ;;
        --build=*) build=$(realpath "${argument#*=}") ;;
        --jobs=*) jobs=${argument#*=} ;;
        --help | -h) usage; exit 0 ;;
        *) echo "Unknown argument: $argument" >&2; usage >&2; exit 2 ;;
    esac
done

version=$(sed -nE 's/^project\(.* VERSION ([0-9.]+) .*/\1/p' "$repository/CMakeLists.txt")
changed=$(sed -nE 's/^## ([0-9.]+).*/\1/p' "$repository/CHANGELOG.md" | head -n 1)
if [ "$version" != "$changed" ]; then
    echo "CMakeLists.txt is of version $version, but the first heading of CHANGELOG.md says $changed" >&2
    exit 1
fi

if [ -z "$build" ]; then
    "$repository/scripts/install_dependencies.sh" build
    build=$out/build
    cmake -S "$repository" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/usr \
        -DDNN_RPN_NATIVE=OFF -DDNN_RPN_BUILD_TESTS=OFF -DWITH_MPI=OFF
    cmake --build "$build" -j "$jobs"
fi
mkdir -p "$out"
(cd "$out" && cpack --config "$build/CPackConfig.cmake" -G "DEB;TGZ" -B "$out")
rm -rf "$out/_CPack_Packages"
ls -l "$out"/*.deb "$out"/*.tar.gz
