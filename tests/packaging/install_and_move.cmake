# cmake -Dbuild=FOLDER -Dthere=FOLDER -Dmoved=FOLDER -P install_and_move.cmake: installs what was built, then moves it.
# SPDX-License-Identifier: BSL-1.0
file(REMOVE_RECURSE "${there}" "${moved}")
execute_process(COMMAND ${CMAKE_COMMAND} --install "${build}" --prefix "${there}" OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(RENAME "${there}" "${moved}")
