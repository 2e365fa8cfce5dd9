"""conan create packaging/conan --build=missing"""
import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load

required_conan_version = ">=2.0"


class OpenCVDnnRpn(ConanFile):
    name = "opencv-dnn-rpn"
    description = "Training of region proposal networks and detectors; the models run in stock OpenCV"
    license = "Apache-2.0"
    topics = ("opencv", "object-detection", "training", "onnx")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False], "train": [True, False], "with_onednn": [True, False]}
    default_options = {"shared": False, "fPIC": True, "train": True, "with_onednn": False}
    implements = ["auto_shared_fpic"]

    @property
    def _root(self):
        return os.path.join(self.recipe_folder, "..", "..")

    def set_version(self):
        text = load(self, os.path.join(self._root, "CMakeLists.txt"))
        self.version = re.search(r"project\(opencv_dnn_rpn VERSION ([0-9.]+)", text).group(1)

    def export_sources(self):
        for part in ("CMakeLists.txt", "LICENSE", "cmake/*", "modules/*", "samples/*"):
            copy(self, part, self._root, self.export_sources_folder)

    def requirements(self):
        self.requires("opencv/[>=4.6 <6]", transitive_headers=True, transitive_libs=True)
        if self.options.train:
            self.requires("eigen/3.4.0")
            self.requires("nlohmann_json/3.11.3")
            self.requires("onnx/1.17.0")
            self.requires("protobuf/3.21.12")
            self.requires("pugixml/1.14")
            self.requires("yaml-cpp/0.8.0")
            if self.options.with_onednn:
                self.requires("onednn/3.6.2")

    def validate(self):
        check_min_cppstd(self, 17)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["BUILD_opencv_dnn_rpn_train"] = bool(self.options.train)
        toolchain.cache_variables["DNN_RPN_WITH_ONEDNN"] = bool(self.options.with_onednn)
        for off in ("DNN_RPN_BUILD_TESTS", "DNN_RPN_BUILD_SAMPLES", "DNN_RPN_NATIVE", "DNN_RPN_WERROR",
                    "WITH_MPI"):
            toolchain.cache_variables[off] = False
        # The modules look for libraries by file: where Conan has them.
        for dependency in self.dependencies.host.values():
            info = dependency.cpp_info.aggregated_components()
            toolchain.cache_variables.setdefault("CMAKE_INCLUDE_PATH", "")
            toolchain.cache_variables.setdefault("CMAKE_LIBRARY_PATH", "")
            toolchain.cache_variables["CMAKE_INCLUDE_PATH"] += ";".join(info.includedirs) + ";"
            toolchain.cache_variables["CMAKE_LIBRARY_PATH"] += ";".join(info.libdirs) + ";"
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        CMake(self).install()

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "opencv_dnn_rpn")
        run = self.cpp_info.components["dnn_rpn"]
        run.libs = ["opencv_dnn_rpn"]
        run.set_property("cmake_target_name", "opencv_dnn_rpn")
        run.requires = ["opencv::opencv"]
        run.includedirs = ["include/opencv4"]
        if self.options.train:
            train = self.cpp_info.components["dnn_rpn_train"]
            train.libs = ["opencv_dnn_rpn_train"]
            train.set_property("cmake_target_name", "opencv_dnn_rpn_train")
            train.requires = ["dnn_rpn", "eigen::eigen", "nlohmann_json::nlohmann_json", "onnx::onnx",
                              "protobuf::protobuf", "pugixml::pugixml", "yaml-cpp::yaml-cpp"]
            if self.options.with_onednn:
                train.requires.append("onednn::onednn")
