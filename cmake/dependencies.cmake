# What each component needs beyond the standard library: asked by the build and by the installed package alike.
# SPDX-License-Identifier: BSL-1.0

# scaling_find_dependencies(COMPONENT lacks): finds what scaling::COMPONENT links to. `lacks` becomes the list, in words, of
# what could not be found, empty when all is there. Quiet, so that the caller decides whether that is an error.
function(scaling_find_dependencies component lacks)
  set(absent "")
  if(component MATCHES "^(fitting|scaling)$")
    find_package(Eigen3 CONFIG QUIET)  # without a version: asked for 3.4, Eigen 5 says no
    if(NOT Eigen3_FOUND OR Eigen3_VERSION VERSION_LESS 3.4)
      list(APPEND absent "Eigen 3.4 or newer (Debian: libeigen3-dev)")
    endif()
  endif()
  if(component STREQUAL "scaling")
    find_package(Boost 1.74 CONFIG QUIET)
    if(NOT Boost_FOUND)
      list(APPEND absent "Boost headers 1.74 or newer (Debian: libboost-dev)")
    endif()
    find_package(Threads QUIET)
    if(NOT Threads_FOUND)
      list(APPEND absent "a threads library")
    endif()
  endif()
  set(${lacks} "${absent}" PARENT_SCOPE)
endfunction()
