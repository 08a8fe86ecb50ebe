# Compiles a case of misuse twice, checking syntax only: as it is, when it must compile, and with MUST_NOT_COMPILE
# defined, when it must not, for the reason that it names. So a case that is wrong in another way fails its test.
#
#   cmake -Dcompiler=... -Dincludes=... -Dsource=... -P must_not_compile.cmake
#
# A case says `// expect: words` once for each thing that the compiler must print, and may say `// flags: ...` for what
# the second compilation has besides.
# SPDX-License-Identifier: BSL-1.0

# In two messages, because CMake breaks the lines of an error and leaves those of a notice as they are.
function(complain text)
  message(NOTICE "${source}: ${text}")
  message(FATAL_ERROR "This case does not show what it should")
endfunction()

list(TRANSFORM includes PREPEND -I)
set(compile "${compiler}" -std=c++20 -fsyntax-only ${includes} "${source}")

file(STRINGS "${source}" expected REGEX "^// expect: ")
list(TRANSFORM expected REPLACE "^// expect: " "")
if(NOT expected)
  complain("does not say what to expect")
endif()
file(STRINGS "${source}" flags REGEX "^// flags: ")
list(TRANSFORM flags REPLACE "^// flags: " "")
separate_arguments(flags UNIX_COMMAND "${flags}")

execute_process(COMMAND ${compile} RESULT_VARIABLE status ERROR_VARIABLE said)
if(NOT status EQUAL 0)
  complain("must compile as it is, but does not:\n${said}")
endif()

execute_process(COMMAND ${compile} -DMUST_NOT_COMPILE ${flags} RESULT_VARIABLE status ERROR_VARIABLE said)
if(status EQUAL 0)
  complain("compiles with MUST_NOT_COMPILE, but must not")
endif()
foreach(words IN LISTS expected)
  string(FIND "${said}" "${words}" found)
  if(found EQUAL -1)
    complain("does not compile, but not because of \"${words}\":\n${said}")
  endif()
endforeach()
