# cmake -Dprogram=PROGRAM -Dexpected=FILE -P compare_output.cmake: the program leaves with 0 and prints what is in the
# file, byte for byte. One that leaves with 77 misses reference data.
# SPDX-License-Identifier: BSL-1.0
execute_process(COMMAND "${program}" OUTPUT_VARIABLE printed RESULT_VARIABLE status)
if(status EQUAL 77)
  message(NOTICE "skipped: ${program} misses reference data")
  return()
endif()
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${program} left with ${status}")
endif()
file(READ "${expected}" wanted)
if(NOT "${printed}" STREQUAL "${wanted}")
  message(FATAL_ERROR "${program} does not print what is in ${expected}. Printed:\n${printed}\nExpected:\n${wanted}")
endif()
