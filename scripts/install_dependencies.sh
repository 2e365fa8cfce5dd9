#!/usr/bin/env bash
# Installs what is missing of what the named purposes need; Debian 12 and Ubuntu 24.04.
set -euo pipefail

usage() {
    cat <<'END'
Usage: scripts/install_dependencies.sh PURPOSE...

Installs the packages that the purposes need and the machine lacks:
  build   the modules and the programs, against the distribution's OpenCV
  test    the tests and the format check
  peers   what perf/compare_peers.sh and perf/compare_training.sh compare with
  tree    a build inside OpenCV's own source tree

Uses sudo when not run as root. Python packages of the tests go into .venv in the repository's folder, and other
versions of OpenCV for them into ${XDG_CACHE_HOME:-~/.cache}/dnn_rpn (220 MB to download).
Does nothing when everything is there.
END
}

build=(g++ cmake ninja-build ccache
    libopencv-dev libeigen3-dev libdnnl-dev libpugixml-dev nlohmann-json3-dev libyaml-cpp-dev
    libprotobuf-dev libonnx-dev)
# MPI is for training with several processes, which builds for packages go without.
test=(libgtest-dev clang-format-14 doxygen pkg-config python3-venv libopenmpi-dev openmpi-bin)
# Ubuntu has browsers as snaps only: there the tests of pages take the Chromium or Chrome that they find.
grep -qs '^ID=ubuntu$' /etc/os-release || test+=(chromium)
python_test=(pycocotools==2.0.11 onnxruntime==1.32.0 opencv-python-headless==5.0.0.93 scipy==1.17.0)
# Beside the one in .venv; each brings code of its own for the same files.
runtimes_test=(opencv=4.5.5.64 opencv=4.14.0.94 opencv=5.1.0.95)
# Without an optimized BLAS Debian's PyTorch multiplies matrices fifty times slower.
peers=(libopenblas0-pthread python3-torch python3-torchvision python3-numpy python3-onnx python3-opencv)
tree=(xz-utils protobuf-compiler libjpeg-dev libpng-dev zlib1g-dev python3-dev python3-numpy)

needed=()
python_needed=()
runtimes_needed=()
for purpose in "$@"; do
    case $purpose in
        build) needed+=("${build[@]}") ;;
        test) needed+=("${test[@]}") python_needed+=("${python_test[@]}") runtimes_needed+=("${runtimes_test[@]}") ;;
        peers) needed+=("${peers[@]}") ;;
        tree) needed+=("${tree[@]}") ;;
        --help | -h) usage; exit 0 ;;
        *) echo "Unknown purpose: $purpose" >&2; usage >&2; exit 2 ;;
    esac
done
if [ ${#needed[@]} -eq 0 ]; then
    usage >&2
    exit 2
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
quietly() {
    if ! "$@" >"$log" 2>&1; then
        cat "$log" >&2
        echo "Failed: $*" >&2
        exit 1
    fi
}

install_packages() {
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        echo "No apt-get here: on this system, see to it yourself that these are installed: ${needed[*]}" >&2
        return
    fi

    local package status missing=()
    for package in "${needed[@]}"; do
        status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
        # Packages for several architectures report one status each.
        [[ $status == installed* ]] || missing+=("$package")
    done
    [ ${#missing[@]} -ne 0 ] || return 0

    local as_root=(env DEBIAN_FRONTEND=noninteractive)
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "Neither root nor sudo. As root: apt-get install ${missing[*]}" >&2
            exit 1
        fi
        as_root=(sudo "${as_root[@]}")
    fi
    echo "Installing ${missing[*]}"
    quietly "${as_root[@]}" apt-get -o Acquire::Retries=3 update
    quietly "${as_root[@]}" apt-get -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 \
        install --yes --no-install-recommends "${missing[@]}"
}

install_python_packages() {
    local venv
    venv=$(cd "$(dirname "$0")/.." && pwd)/.venv
    [ "$(cat "$venv/installed" 2>/dev/null)" != "$*" ] || return 0
    echo "Installing $* into $venv"
    quietly python3 -m venv "$venv"
    quietly "$venv/bin/pip" install "$@"
    echo "$*" >"$venv/installed"
}

install_packages
[ ${#python_needed[@]} -eq 0 ] || install_python_packages "${python_needed[@]}"
[ ${#runtimes_needed[@]} -eq 0 ] || quietly "$(dirname "$0")/install_runtime.sh" "${runtimes_needed[@]}"
