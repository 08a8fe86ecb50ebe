# cmake -Dprogram=PROGRAM -Dexpected=FILE -P compare_output.cmake: the program leaves with 0 and prints what is in the
# file. What the rounding of another processor or compiler may change is not compared: decimals beyond the sixth, and
# the digits of numbers below 1e-14. One that leaves with 77 misses reference data.
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
foreach(text printed wanted)
  string(REGEX REPLACE "[0-9.]+e-(1[5-9]|[2-9][0-9])" "rounding" ${text}_alike "${${text}}")
  string(REGEX REPLACE "(\\.[0-9][0-9][0-9][0-9][0-9][0-9])[0-9]+" "\\1" ${text}_alike "${${text}_alike}")
endforeach()
if(NOT "${printed_alike}" STREQUAL "${wanted_alike}")
  message(FATAL_ERROR "${program} does not print what is in ${expected}. Printed:\n${printed}\nExpected:\n${wanted}")
endif()
