# cmake -Dfolder=FOLDER -Dfeatures=FEATURES -Dgenerator=NAME -Dcompiler=PROGRAM -P portfile.cmake: runs the portfile as vcpkg
# would with FEATURES and looks at what it leaves in FOLDER/packages. The functions of vcpkg are stand-ins that do what its
# documentation says; what they do besides, this cannot show.
# SPDX-License-Identifier: BSL-1.0
cmake_minimum_required(VERSION 3.25)
get_filename_component(port_dir "${CMAKE_CURRENT_LIST_DIR}/../../packaging/vcpkg/scaling" ABSOLUTE)

set(PORT scaling)
set(FEATURES core ${features})
set(CURRENT_PACKAGES_DIR "${folder}/packages")
file(REMOVE_RECURSE "${folder}")

# Each feature and its variable, in turn: on where the feature is off.
function(vcpkg_check_features)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" OUT_FEATURE_OPTIONS INVERTED_FEATURES)
  set(options)
  while(arg_INVERTED_FEATURES)
    list(POP_FRONT arg_INVERTED_FEATURES feature variable)
    if(feature IN_LIST FEATURES)
      list(APPEND options -D${variable}=OFF)
    else()
      list(APPEND options -D${variable}=ON)
    endif()
  endwhile()
  set(${arg_OUT_FEATURE_OPTIONS} ${options} PARENT_SCOPE)
endfunction()

function(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" SOURCE_PATH OPTIONS)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -S "${arg_SOURCE_PATH}" -B "${folder}/build" -G ${generator} ${arg_OPTIONS}
            -DCMAKE_CXX_COMPILER=${compiler} -DCMAKE_CXX_COMPILER_LAUNCHER=false # there is nothing to compile
            "-DCMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR}"
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endfunction()

function(vcpkg_cmake_install)
  execute_process(COMMAND ${CMAKE_COMMAND} --build "${folder}/build" --target install OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# To share/PORT, one folder less deep, with the way from there to the prefix set right.
function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" CONFIG_PATH "")
  file(RENAME "${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH}" "${CURRENT_PACKAGES_DIR}/share/${PORT}")
  file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/share/cmake")
  file(GLOB files "${CURRENT_PACKAGES_DIR}/share/${PORT}/*.cmake")
  set(up [[get_filename_component(_IMPORT_PREFIX "${_IMPORT_PREFIX}" PATH)]])
  foreach(file IN LISTS files)
    file(READ "${file}" text)
    string(REPLACE "${up}\n${up}\n${up}\n" "${up}\n${up}\n" text "${text}")
    file(WRITE "${file}" "${text}")
  endforeach()
endfunction()

function(vcpkg_fixup_pkgconfig)
endfunction()

function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" FILE_LIST)
  configure_file("${arg_FILE_LIST}" "${CURRENT_PACKAGES_DIR}/share/${PORT}/copyright" COPYONLY)
endfunction()

function(run_the_port)
  include("${port_dir}/portfile.cmake")
endfunction()
run_the_port()

# --- What is left: of vcpkg's rules for a port with headers alone, those that the port itself must see to

# may_be_there(WANTED paths...): all of them are there, or none.
function(may_be_there wanted)
  foreach(path IN LISTS ARGN)
    if(wanted AND NOT EXISTS "${CURRENT_PACKAGES_DIR}/${path}")
      message(SEND_ERROR "With the features \"${features}\" there is no ${path}")
    elseif(NOT wanted AND EXISTS "${CURRENT_PACKAGES_DIR}/${path}")
      message(SEND_ERROR "With the features \"${features}\" there is ${path}")
    endif()
  endforeach()
endfunction()

set(fitting FALSE)
set(inference FALSE)
foreach(feature IN LISTS features)
  set(${feature} TRUE)
endforeach()
may_be_there(TRUE share/scaling/scaling-config.cmake share/scaling/copyright share/scaling/usage)
may_be_there(TRUE include/scaling/laws.hpp share/scaling/scaling-laws.cmake share/pkgconfig/scaling-laws.pc)
may_be_there(${fitting} include/scaling/fitting.hpp share/scaling/scaling-fitting.cmake share/pkgconfig/scaling-fitting.pc)
may_be_there(${inference} include/scaling/inference.hpp share/scaling/scaling-scaling.cmake share/pkgconfig/scaling.pc)

file(GLOB roots RELATIVE "${CURRENT_PACKAGES_DIR}" "${CURRENT_PACKAGES_DIR}/*")
if(NOT roots STREQUAL "include;share")
  message(SEND_ERROR "Beside headers and the package there is ${roots}")
endif()
