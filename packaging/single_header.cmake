# The laws, the counting and the plans as one header, for places that take one file, such as a compiler in a web page.
#
#   cmake -D output=scaling_laws.hpp -P packaging/single_header.cmake
#
# Every header of scaling::laws stands in it once, after those that it includes, under a line with its name; the includes of
# the standard library stand on top.
# SPDX-License-Identifier: BSL-1.0
cmake_minimum_required(VERSION 3.25)

get_filename_component(root "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
set(seen "")
set(standard "")
set(text "")

# absorb(PATH): puts into `text` what include/PATH includes of the library, then the header itself.
function(absorb path)
  if(path IN_LIST seen)
    return()
  endif()
  list(APPEND seen ${path})
  file(READ "${root}/include/${path}" header)
  string(REGEX MATCHALL "#include <[^>\n]+>" includes "${header}")
  list(TRANSFORM includes REPLACE "#include <(.+)>" "\\1")
  foreach(include IN LISTS includes)
    if(include MATCHES "^scaling/")
      absorb(${include})
    else()
      list(APPEND standard ${include})
    endif()
  endforeach()
  string(REGEX REPLACE "#include <[^\n]*\n" "" header "${header}")
  string(REPLACE "// SPDX-License-Identifier: BSL-1.0\n" "" header "${header}")
  string(REPLACE "#pragma once\n" "" header "${header}")
  string(REGEX REPLACE "\n\n\n+" "\n\n" header "${header}")
  string(APPEND text "\n// --- ${path}\n${header}")
  set(seen "${seen}" PARENT_SCOPE)
  set(standard "${standard}" PARENT_SCOPE)
  set(text "${text}" PARENT_SCOPE)
endfunction()

foreach(path IN ITEMS version laws counting planning)
  absorb(scaling/${path}.hpp)
endforeach()

list(REMOVE_DUPLICATES standard)
list(SORT standard)
list(TRANSFORM standard REPLACE "(.+)" "#include <\\1>\n" OUTPUT_VARIABLE includes)
list(JOIN includes "" includes)
file(READ "${root}/LICENSE" licence)
string(REGEX REPLACE "\n+$" "" licence "${licence}")
string(REPLACE "\n" "\n// " licence "// ${licence}")
string(REPLACE "\n// \n" "\n//\n" licence "${licence}")
file(WRITE "${output}" "// scaling::laws in one header: laws, published coefficients, counting, planning. Made by packaging/single_header.cmake;
// do not mix it with the headers it was made of. Copyright the scaling contributors.
// SPDX-License-Identifier: BSL-1.0
//
${licence}
#pragma once

${includes}${text}")
