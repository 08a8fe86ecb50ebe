"""scaling as a Conan 2 package of headers. Its option says how much comes along, and so what it needs.

Not run where it was written, which has no Conan: tests/packaging/conan_recipe.py runs it against stand-ins.
"""
# SPDX-License-Identifier: BSL-1.0
import re
from os.path import join

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy, load
from conan.tools.layout import basic_layout

required_conan_version = ">=2.0"


class Scaling(ConanFile):
    name = "scaling"
    description = "Neural scaling laws: evaluate, fit, plan"
    license = "BSL-1.0"
    author = "The scaling contributors"
    topics = ("scaling-laws", "neural-networks", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"component": ["laws", "fitting", "scaling"]}
    default_options = {"component": "scaling"}
    no_copy_source = True

    @property
    def _tree(self):
        return join(self.recipe_folder, "..", "..")

    def set_version(self):
        header = load(self, join(self._tree, "include", "scaling", "version.hpp"))
        self.version = ".".join(re.findall(r"#define SCALING_VERSION_\w+ (\d+)", header))

    def export_sources(self):
        copy(self, "LICENSE", self._tree, self.export_sources_folder)
        copy(self, "*.hpp", join(self._tree, "include"), join(self.export_sources_folder, "include"))

    def layout(self):
        basic_layout(self)

    def requirements(self):
        if self.options.component != "laws":
            self.requires("eigen/[>=3.4]", transitive_headers=True)
        if self.options.component == "scaling":
            self.requires("boost/[>=1.74]", transitive_headers=True)

    def validate(self):
        check_min_cppstd(self, 20)

    def package_id(self):
        self.info.clear()  # the same headers for all

    def package(self):
        copy(self, "LICENSE", self.source_folder, join(self.package_folder, "licenses"))
        copy(self, "*.hpp", join(self.source_folder, "include"), join(self.package_folder, "include"))

    def package_info(self):
        # Conan makes scaling::scaling itself, of all components.
        self._component("laws", [])
        if self.options.component != "laws":
            self._component("fitting", ["laws", "eigen::eigen"])
        if self.options.component == "scaling":
            inference = self._component("inference", ["fitting", "boost::headers"])
            if self.settings.os in ("Linux", "FreeBSD"):
                inference.system_libs = ["pthread"]

    def _component(self, name, requires):
        component = self.cpp_info.components[name]
        component.set_property("cmake_target_name", f"scaling::{name}")
        component.set_property("pkg_config_name", f"scaling-{name}")
        component.requires = requires
        component.bindirs = []
        component.libdirs = []
        return component
