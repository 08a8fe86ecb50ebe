# An overlay port: it builds the tree that it lies in, so that nothing is downloaded. Not run where it was written, which has
# no vcpkg: tests/packaging/portfile.cmake runs it against stand-ins.
# SPDX-License-Identifier: BSL-1.0
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
set(VCPKG_BUILD_TYPE release)  # headers alone: a debug build is no different

# What is not asked for is not looked for: the package must not depend on what else happens to be installed.
vcpkg_check_features(OUT_FEATURE_OPTIONS feature_options
  INVERTED_FEATURES
    fitting CMAKE_DISABLE_FIND_PACKAGE_Eigen3
    inference CMAKE_DISABLE_FIND_PACKAGE_Boost
)

vcpkg_cmake_configure(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS
    -DSCALING_DEVELOP=OFF
    ${feature_options}
)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH share/cmake/scaling)
vcpkg_fixup_pkgconfig()

vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
