# cmake -Dprogram=COMMAND -Dreference=COMMAND -P same_output.cmake: both leave with 0 and print the same, byte for byte.
# A command is a list: a program and its arguments.
# SPDX-License-Identifier: BSL-1.0
foreach(one IN ITEMS program reference)
  execute_process(COMMAND ${${one}} OUTPUT_VARIABLE printed_by_${one} RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${${one}} left with ${status}")
  endif()
endforeach()
if("${printed_by_reference}" STREQUAL "")
  message(FATAL_ERROR "${reference} prints nothing")
endif()
if(NOT "${printed_by_program}" STREQUAL "${printed_by_reference}")
  message(FATAL_ERROR "${program} prints:\n${printed_by_program}\n${reference}:\n${printed_by_reference}")
endif()
