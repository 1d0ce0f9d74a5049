# SPDX-License-Identifier: Apache-2.0
# What an image for a microcontroller is compiled and linked with, whichever it is.

# libexpected is headers only, so this machine's do; linked to by name, or all of /usr/include would come with them.
find_path(expected_headers tl/expected.hpp PATHS /usr/include NO_CMAKE_FIND_ROOT_PATH REQUIRED)
set(OURO_CROSS_INCLUDES ${PROJECT_BINARY_DIR}/cross_include)
file(MAKE_DIRECTORY ${OURO_CROSS_INCLUDES})
file(CREATE_LINK ${expected_headers}/tl ${OURO_CROSS_INCLUDES}/tl SYMBOLIC)
include_directories(SYSTEM ${OURO_CROSS_INCLUDES})

# One thread makes the static objects, before the other core starts, and nothing ever destroys them.
add_compile_options(-ffunction-sections -fdata-sections $<$<COMPILE_LANGUAGE:CXX>:-fno-threadsafe-statics>
    $<$<COMPILE_LANGUAGE:CXX>:-fno-use-cxa-atexit> $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions> $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>)
