# cmake -Dprogram=PROGRAM -Dexpected=FILE -P compare_output.cmake: the program leaves with 0 and prints what is in the
# file, byte for byte.
# SPDX-License-Identifier: BSL-1.0
execute_process(COMMAND "${program}" OUTPUT_VARIABLE printed RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${program} left with ${status}")
endif()
file(READ "${expected}" wanted)
if(NOT "${printed}" STREQUAL "${wanted}")
  message(FATAL_ERROR "${program} does not print what is in ${expected}. Printed:\n${printed}\nExpected:\n${wanted}")
endif()
