# cmake -Dbuild=FOLDER -Dsource=FILE -Dflags=FLAGS -P commands.cmake: FILE is compiled in FOLDER with the flags that the user
# gave, and no warning, definition or mode of ours besides.
# SPDX-License-Identifier: BSL-1.0
file(STRINGS "${build}/compile_commands.json" command REGEX "\"command\": .* -c .*/${source}")
string(REPLACE " ${flags} " " " others "${command}")
if(NOT command OR others MATCHES " -[WDf]")
  message(FATAL_ERROR "${source}, not only with \"${flags}\": ${command}")
endif()
