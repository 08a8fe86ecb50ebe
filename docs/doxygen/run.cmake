# cmake -Ddoxygen=PROGRAM -Dmathjax=FOLDER -Dsource=FOLDER -Doutput=FOLDER -P run.cmake: the site, without a warning.
# Members of a struct may go without a comment of their own, since that of the struct says what they are; everything else
# that is public may not.
# SPDX-License-Identifier: BSL-1.0
file(REMOVE_RECURSE "${output}/html")
file(COPY "${source}/docs/examples" "${source}/docs/figures" "${source}/LICENSE" DESTINATION "${output}/html")
file(CREATE_LINK "${mathjax}" "${output}/html/mathjax" SYMBOLIC)
execute_process(COMMAND "${doxygen}" "${output}/Doxyfile" RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "Doxygen left with ${status}")
endif()
file(STRINGS "${output}/warnings.txt" warnings)
list(FILTER warnings EXCLUDE REGEX "of (struct|class) .* is not documented")
if(warnings)
  list(JOIN warnings "\n" warnings)
  message(NOTICE "${warnings}")
  message(FATAL_ERROR "Doxygen warns, see above")
endif()
message(NOTICE "${output}/html/index.html")
