#!/usr/bin/env bash
# Lints the recipes as far as the tools at hand go, and compares their versions: what the recipes build, their own package
# managers try out.
# usage: check_packaging.sh
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

version=$(sed -nE 's/^project\(.* VERSION ([0-9.]+) .*/\1/p' CMakeLists.txt)
[ "$(sed -nE 's/^## ([0-9.]+).*/\1/p' CHANGELOG.md | head -n 1)" = "$version" ] || fail "CHANGELOG.md does not begin with $version"

# vcpkg: what vcpkg format-manifest would keep, names of ports, options that there are.
python3 - "$version" <<'END_OF_CHECK'
import json, re, sys
path = 'packaging/vcpkg/ports/opencv-dnn-rpn/vcpkg.json'
text = open(path).read()
manifest = json.loads(text)
assert text == json.dumps(manifest, indent=2) + '\n', path + ' is not formatted'
assert manifest['version'] == sys.argv[1], path + ' is of another version'
names = [d if isinstance(d, str) else d['name'] for f in manifest['features'].values() for d in f['dependencies']]
names += [d['name'] for d in manifest['dependencies']] + [manifest['name']]
assert all(re.fullmatch('[a-z0-9]+(-[a-z0-9]+)*', n) for n in names), names
# Every option that a recipe sets is one of the build.
known = set()
for file in ('CMakeLists.txt', 'modules/dnn_rpn_train/CMakeLists.txt', 'cmake/Cuda.cmake'):
    known |= set(re.findall(r'^(?:option|set)\((\w+)', open(file).read(), re.M))
for file in ('packaging/vcpkg/ports/opencv-dnn-rpn/portfile.cmake', 'packaging/conan/conanfile.py', 'pyproject.toml'):
    for option in re.findall(r'\b(DNN_RPN_(?:BUILD|WITH|WERROR|NATIVE)\w*|BUILD_opencv\w+)', open(file).read()):
        assert option in known, '%s sets %s, which there is not' % (file, option)
END_OF_CHECK
# Not to be run, but CMake must take it.
for name in vcpkg_check_features vcpkg_cmake_configure vcpkg_cmake_install vcpkg_cmake_config_fixup vcpkg_fixup_pkgconfig \
    vcpkg_install_copyright; do
    echo "function($name)
endfunction()"
done >"${TMPDIR:-/tmp}/dnn_rpn_port.$$"
trap 'rm -f "${TMPDIR:-/tmp}/dnn_rpn_port.$$"' EXIT
grep -vE '^file\(' packaging/vcpkg/ports/opencv-dnn-rpn/portfile.cmake >>"${TMPDIR:-/tmp}/dnn_rpn_port.$$"
cmake -P "${TMPDIR:-/tmp}/dnn_rpn_port.$$" || fail "portfile.cmake"

python3 -m py_compile packaging/conan/conanfile.py packaging/conan/test_package/conanfile.py
if conan=$(command -v conan || command -v .venv/bin/conan); then
    found=$("$conan" inspect packaging/conan --format=json | python3 -c 'import json, sys; print(json.load(sys.stdin)["version"])')
    [ "$found" = "$version" ] || fail "the Conan recipe is of version $found"
fi
if command -v hadolint >/dev/null; then
    hadolint --ignore DL3008 packaging/docker/Dockerfile
fi
# What the Dockerfile copies and calls must be there.
for path in scripts/install_dependencies.sh scripts/package.sh; do
    [ -x "$path" ] || fail "packaging/docker/Dockerfile uses $path"
done
echo "the recipes are well formed"
