# cmake -Droot=FOLDER -Dversion=VERSION -P versions.cmake: whatever must repeat the version of include/scaling/version.hpp,
# because those who read it read no C++, says the same.
# SPDX-License-Identifier: BSL-1.0

# says(FILE REGEX): the first thing in FILE that matches REGEX has the version as its group.
function(says file regex)
  file(READ "${root}/${file}" text)
  string(REGEX MATCH "${regex}" found "${text}")
  if(NOT CMAKE_MATCH_1 STREQUAL version)
    message(SEND_ERROR "${file} says \"${found}\", the library is ${version}")
  endif()
endfunction()

says(CITATION.cff "\nversion: ([^\n]*)")
says(CHANGELOG.md "\n## \\[([^]]*)\\]")
says(include/scaling/io/json.hpp "\"scaling\": \"([^\"]*)\"")

foreach(manifest IN ITEMS vcpkg.json packaging/vcpkg/scaling/vcpkg.json)
  file(READ "${root}/${manifest}" text)
  string(JSON said GET "${text}" version)
  if(NOT said STREQUAL version)
    message(SEND_ERROR "${manifest} says \"${said}\", the library is ${version}")
  endif()
endforeach()
