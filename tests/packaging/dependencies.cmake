# cmake -Dfolder=FOLDER -P dependencies.cmake: which versions of Eigen and Boost the package takes, asked of packages that are
# nothing but a version. It is the search that is tested, not that our headers compile with them.
# SPDX-License-Identifier: BSL-1.0
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/../../cmake/dependencies.cmake")
include(CMakePackageConfigHelpers)
set(CMAKE_FIND_PACKAGE_PREFER_CONFIG TRUE)  # for Threads, which CMake finds with a compiler only
set(CMAKE_SIZEOF_VOID_P 8)

# takes(VERDICT COMPONENT versions...): VERDICT says whether COMPONENT has what it needs where just these are installed:
# NAME=VERSION=COMPATIBILITY, the last as their own version files have it.
function(takes verdict component)
  file(REMOVE_RECURSE "${folder}")
  foreach(package IN LISTS ARGN ITEMS Threads=1.0=AnyNewerVersion)
    string(REPLACE = ";" package ${package})
    list(POP_FRONT package name version compatibility)
    file(WRITE "${folder}/${name}/${name}Config.cmake" "")
    write_basic_package_version_file("${folder}/${name}/${name}ConfigVersion.cmake" VERSION ${version}
                                     COMPATIBILITY ${compatibility} ARCH_INDEPENDENT)
    set(${name}_DIR "${folder}/${name}")
  endforeach()
  scaling_find_dependencies(${component} lacks)
  if((verdict AND lacks) OR NOT (verdict OR lacks))
    message(FATAL_ERROR "${component} with ${ARGN} lacks \"${lacks}\"")
  endif()
endfunction()

takes(TRUE laws)
foreach(eigen IN ITEMS 3.4.0 3.4.90 5.0.0 5.1.2)
  takes(TRUE fitting Eigen3=${eigen}=SameMajorVersion)
endforeach()
takes(FALSE fitting Eigen3=3.3.9=SameMajorVersion)
foreach(boost IN ITEMS 1.74.0 1.83.0 1.90.0)
  takes(TRUE scaling Eigen3=5.0.0=SameMajorVersion Boost=${boost}=AnyNewerVersion)
  takes(TRUE scaling Eigen3=3.4.0=SameMajorVersion Boost=${boost}=SameMajorVersion)
endforeach()
takes(FALSE scaling Eigen3=3.4.0=SameMajorVersion Boost=1.73.0=AnyNewerVersion)
takes(FALSE scaling Eigen3=3.3.9=SameMajorVersion Boost=1.90.0=AnyNewerVersion)
