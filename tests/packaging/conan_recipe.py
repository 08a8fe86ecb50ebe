"""python3 conan_recipe.py ROOT VERSION: runs the Conan recipe of ROOT against stand-ins that do what Conan's documentation
says, with each value of its option, and looks at what it makes. What Conan does besides, this cannot show."""
# SPDX-License-Identifier: BSL-1.0
import collections
import fnmatch
import importlib.util
import pathlib
import shutil
import sys
import tempfile
import types

sys.dont_write_bytecode = True
root, version = pathlib.Path(sys.argv[1]), sys.argv[2]


class ConanFile:
    def __init__(self, component=None):
        self.options = types.SimpleNamespace(component=component)
        self.settings = types.SimpleNamespace(os="Linux")
        self.needs = []
        self.cpp_info = types.SimpleNamespace(components=collections.defaultdict(Component))

    def requires(self, reference, transitive_headers=False):
        self.needs.append((reference, transitive_headers))


class Component:
    def __init__(self):
        self.properties, self.system_libs = {}, []

    def set_property(self, name, value):
        self.properties[name] = value


def copy(recipe, pattern, source, destination):
    for path in pathlib.Path(source).rglob("*"):
        if path.is_file() and fnmatch.fnmatch(str(path.relative_to(source)), pattern):
            target = pathlib.Path(destination) / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)


def nothing(*arguments):
    pass


stand_ins = {
    "conan": {"ConanFile": ConanFile},
    "conan.tools": {},
    "conan.tools.build": {"check_min_cppstd": nothing, "can_run": nothing},
    "conan.tools.cmake": {"CMake": nothing, "cmake_layout": nothing},
    "conan.tools.files": {"copy": copy, "load": lambda recipe, path: pathlib.Path(path).read_text()},
    "conan.tools.layout": {"basic_layout": nothing},
}
for name, contents in stand_ins.items():
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(contents)


def recipe_in(folder, name):
    spec = importlib.util.spec_from_file_location(name, folder / "conanfile.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)


conan = root / "packaging" / "conan"
Scaling = recipe_in(conan, "Scaling")
recipe_in(conan / "test_package", "TestScaling")

eigen, boost = ("eigen/[>=3.4]", True), ("boost/[>=1.74]", True)
wanted = {
    "laws": ([], ["laws"]),
    "fitting": ([eigen], ["laws", "fitting"]),
    "scaling": ([eigen, boost], ["laws", "fitting", "inference"]),
}
assert Scaling.options["component"] == list(wanted) and Scaling.default_options["component"] in wanted
assert Scaling.package_type == "header-library"

for option, (needs, components) in wanted.items():
    with tempfile.TemporaryDirectory() as folder:
        recipe = Scaling(option)
        recipe.recipe_folder = str(conan)
        recipe.export_sources_folder = recipe.source_folder = folder + "/sources"
        recipe.package_folder = folder + "/package"
        recipe.set_version()
        assert recipe.version == version, f"the recipe says {recipe.version}, the library is {version}"
        recipe.requirements()
        assert recipe.needs == needs, recipe.needs

        recipe.export_sources()
        recipe.package()
        package = pathlib.Path(recipe.package_folder)
        made = {str(path.relative_to(package)) for path in package.rglob("*") if path.is_file()}
        headers = {str(path.relative_to(root)) for path in (root / "include").rglob("*.hpp")}
        assert made == headers | {"licenses/LICENSE"}, made ^ headers

        recipe.package_info()
        made = recipe.cpp_info.components
        assert list(made) == components, list(made)
        for name, component in made.items():
            assert component.properties["cmake_target_name"] == f"scaling::{name}"
            assert component.bindirs == component.libdirs == []
            for needed in component.requires:  # a component made before, or one of a package that is required
                package = needed.split("::")[0]
                assert needed in made or any(name.startswith(package + "/") for name, _ in needs), needed
