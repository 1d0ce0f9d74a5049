# SPDX-License-Identifier: Apache-2.0
# Builds MicroPython from an unchanged source tree: its own list of sources, our configuration, everything generated in our build tree.

find_package(Python3 REQUIRED COMPONENTS Interpreter)

# Where the source is: the cache variable, or where ./dev setup puts it.
function(ouro_find_micropython result)
    set(dir "${MICROPYTHON_DIR}")
    if(NOT dir)
        set(cache "$ENV{XDG_CACHE_HOME}")
        if(NOT cache)
            set(cache "$ENV{HOME}/.cache")
        endif()
        set(dir "${cache}/ouroboard/micropython-1.25.0")
    endif()
    if(NOT EXISTS "${dir}/py/mpconfig.h")
        message(FATAL_ERROR "No MicroPython source in ${dir}. Run ./dev setup, or give -DMICROPYTHON_DIR=… of a 1.25 to 1.27 tree.")
    endif()
    file(STRINGS "${dir}/py/mpconfig.h" minor REGEX "^#define MICROPY_VERSION_MINOR ")
    string(REGEX REPLACE "[^0-9]" "" minor "${minor}")
    if(minor LESS 25 OR minor GREATER 27)
        message(FATAL_ERROR "MicroPython 1.${minor} in ${dir}: this firmware is written for 1.25 to 1.27.")
    endif()
    set(${result} "${dir}" PARENT_SCOPE)
endfunction()

# The compiler of frozen Python, in our build tree.
function(ouro_mpy_cross dir build)
    file(GLOB sources CONFIGURE_DEPENDS "${dir}/py/*.[ch]" "${dir}/mpy-cross/*.[ch]")
    get_filename_component(parent "${dir}" DIRECTORY)
    add_custom_command(OUTPUT "${build}/mpy-cross"
        COMMAND ${CMAKE_COMMAND} -E env "GIT_CEILING_DIRECTORIES=${parent}" PYTHONDONTWRITEBYTECODE=1 --unset=MAKEFLAGS
            make -s -j2 -C "${dir}/mpy-cross" "BUILD=${build}" USER_C_MODULES= "CC=${CCACHE} cc"
        DEPENDS ${sources} VERBATIM COMMENT "Building mpy-cross")
endfunction()

# ouro_micropython(NAME SOURCES … SCAN … CONFIG … MANIFEST … FROZEN … [DEFINES …])
# A static library of MicroPython, compiled without our warnings and sanitizers. SOURCES: files of the tree beside py/*.c. SCAN: sources of
# ours, compiled elsewhere, that register modules or use MP_QSTR_…. CONFIG: headers whose change asks for generating again; the first is
# mpconfigport.h. MANIFEST and FROZEN: what to freeze, and the Python files on which that depends. Also makes NAME_config, the
# interface that a target with sources in SCAN links to.
function(ouro_micropython name)
    cmake_parse_arguments(ARG "" "MANIFEST" "SOURCES;SCAN;CONFIG;FROZEN;DEFINES" ${ARGN})
    ouro_find_micropython(MICROPY_DIR)
    include("${MICROPY_DIR}/py/py.cmake")
    set(build "${PROJECT_BINARY_DIR}/${name}")
    set(genhdr "${build}/genhdr")
    list(TRANSFORM ARG_SOURCES PREPEND "${MICROPY_DIR}/")
    list(GET ARG_CONFIG 0 mpconfigport)
    file(RELATIVE_PATH mpconfigport "${PROJECT_SOURCE_DIR}" "${mpconfigport}")

    # Digits of big integers, in frozen code too: half as wide as the processor's registers, so that a product fits.
    math(EXPR digit_bits "4 * ${CMAKE_SIZEOF_VOID_P}")
    set(defines ${ARG_DEFINES} "MP_CONFIGFILE=\"${mpconfigport}\"" FFCONF_H="lib/oofatfs/ffconf.h" MPZ_DIG_SIZE=${digit_bits}
        LFS2_NO_MALLOC LFS2_NO_DEBUG LFS2_NO_WARN LFS2_NO_ERROR LFS2_NO_ASSERT
        MICROPY_QSTR_EXTRA_POOL=mp_qstr_frozen_const_pool MICROPY_MODULE_FROZEN_MPY=1)
    if(OURO_SANITIZE)
        list(APPEND defines MICROPY_NLR_SETJMP=1) # the address sanitizer follows longjmp only
    endif()

    add_library(${name}_config INTERFACE)
    target_include_directories(${name}_config SYSTEM INTERFACE "${MICROPY_DIR}" "${build}")
    target_compile_definitions(${name}_config INTERFACE ${defines})

    set(includes "-I${PROJECT_SOURCE_DIR}" "-I${MICROPY_DIR}" "-I${build}")
    foreach(dir IN LISTS OURO_CROSS_INCLUDES)
        list(APPEND includes "-isystem${dir}")
    endforeach()
    set(cflags ${defines})
    list(TRANSFORM cflags PREPEND "-D")
    set(sources ${MICROPY_SOURCE_PY} ${ARG_SOURCES} ${ARG_SCAN})
    set(commands "{}")
    string(JSON commands SET "${commands}" cc "[\"${CMAKE_C_COMPILER}\"]")
    separate_arguments(target_flags NATIVE_COMMAND "${CMAKE_C_FLAGS}")
    list(APPEND target_flags ${includes} ${cflags})
    foreach(pair "cflags;${target_flags}" "cxxflags;-std=c++20;${includes};${cflags}" "sources;${sources}")
        list(POP_FRONT pair key)
        set(array "[]")
        foreach(element IN LISTS pair)
            string(REPLACE "\\" "\\\\" element "${element}")
            string(REPLACE "\"" "\\\"" element "${element}")
            string(JSON length LENGTH "${array}")
            string(JSON array SET "${array}" ${length} "\"${element}\"")
        endforeach()
        string(JSON commands SET "${commands}" ${key} "${array}")
    endforeach()
    file(CONFIGURE OUTPUT "${build}/commands.json" CONTENT "${commands}" @ONLY)

    set(headers "${genhdr}/qstrdefs.generated.h" "${genhdr}/moduledefs.h" "${genhdr}/root_pointers.h" "${genhdr}/mpversion.h")
    set(generator "${PROJECT_SOURCE_DIR}/cmake/micropython_headers.py")
    add_custom_command(OUTPUT ${headers} "${genhdr}/qstrdefs.preprocessed.h"
        COMMAND Python3::Interpreter -B "${generator}" "${MICROPY_DIR}" "${genhdr}" "${build}/commands.json"
        DEPENDS ${sources} ${ARG_CONFIG} "${generator}" "${build}/commands.json" VERBATIM COMMENT "Generating MicroPython's headers")

    ouro_mpy_cross("${MICROPY_DIR}" "${build}/mpy-cross")
    file(GLOB asyncio CONFIGURE_DEPENDS "${MICROPY_DIR}/extmod/asyncio/*.py")
    # Without an old one: makemanifest.py looks at the time of files only, not at how it was called.
    add_custom_command(OUTPUT "${build}/frozen_content.c"
        COMMAND ${CMAKE_COMMAND} -E rm -f "${build}/frozen_content.c"
        COMMAND ${CMAKE_COMMAND} -E env "MICROPY_MPYCROSS=${build}/mpy-cross/mpy-cross" PYTHONDONTWRITEBYTECODE=1
            $<TARGET_FILE:Python3::Interpreter> "${MICROPY_DIR}/tools/makemanifest.py" -o "${build}/frozen_content.c" -b "${build}"
            --mpy-tool-flags=-mmpz-dig-size=${digit_bits}
            -v "MPY_DIR=${MICROPY_DIR}" -v "PORT_DIR=${PROJECT_SOURCE_DIR}" -v "MPY_LIB_DIR=${build}" "${ARG_MANIFEST}"
        DEPENDS "${ARG_MANIFEST}" ${ARG_FROZEN} ${asyncio} "${build}/mpy-cross/mpy-cross" "${genhdr}/qstrdefs.preprocessed.h"
        VERBATIM COMMENT "Freezing Python")

    add_custom_target(${name}_headers DEPENDS ${headers})
    add_library(${name} STATIC ${MICROPY_SOURCE_PY} ${ARG_SOURCES} "${build}/frozen_content.c")
    add_dependencies(${name} ${name}_headers)
    add_dependencies(${name}_config ${name}_headers)
    target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
    # Optimised in every build: the depth of C stack that Python needs must not depend on it.
    if(OURO_PORT)
        set(optimize -Os)
    else()
        set(optimize -O2 -fPIE)
    endif()
    target_compile_options(${name} PRIVATE -w ${optimize} -ffunction-sections -fdata-sections)
    # As py/py.mk has it, in every port: the interpreter's loop and the collector are worth their size.
    set_source_files_properties("${MICROPY_DIR}/py/vm.c" "${MICROPY_DIR}/py/gc.c" PROPERTIES COMPILE_OPTIONS -O3)
    target_link_libraries(${name} PUBLIC ${name}_config m)
endfunction()
