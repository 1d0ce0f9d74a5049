# SPDX-License-Identifier: Apache-2.0
# The words in which every component's CMakeLists.txt is written.

# A microcontroller's image is built by itself; what it shares with this machine is tested here.
if(NOT OURO_PORT)
    find_package(Threads REQUIRED)
    find_package(GTest REQUIRED)
    include(GoogleTest)
endif()

# What all of our code is compiled with.
add_library(ouro_flags INTERFACE)
target_include_directories(ouro_flags INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
target_compile_options(ouro_flags INTERFACE -Wall -Wextra -Wshadow $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor> -Werror
    $<$<CXX_COMPILER_ID:GNU>:-Wno-error=maybe-uninitialized -Wno-error=stringop-overflow -Wno-error=array-bounds -Wno-error=restrict>)
target_compile_definitions(ouro_flags INTERFACE OURO_VERSION="${PROJECT_VERSION}")
if(OURO_SANITIZE)
    target_compile_options(ouro_flags INTERFACE -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
    # clang 14 can't put its marks for this check into a coroutine.
    target_compile_options(ouro_flags INTERFACE $<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=function>)
    add_link_options(-fsanitize=address,undefined)
endif()
# A fuzzer sees which way its inputs take through all of our code.
if(OURO_FUZZ)
    target_compile_options(ouro_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# What base, protocol and firmware are compiled with on top: no exceptions, no RTTI.
add_library(ouro_freestanding_flags INTERFACE)
target_link_libraries(ouro_freestanding_flags INTERFACE ouro_flags)
target_compile_options(ouro_freestanding_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions -fno-rtti>)

# ouro_library(NAME [FREESTANDING] SOURCES … [DEPENDS …]): a component. DEPENDS are public.
function(ouro_library name)
    cmake_parse_arguments(ARG "FREESTANDING" "" "SOURCES;DEPENDS" ${ARGN})
    add_library(${name} STATIC ${ARG_SOURCES})
    if(ARG_FREESTANDING)
        target_link_libraries(${name} PRIVATE ouro_freestanding_flags)
    else()
        target_link_libraries(${name} PRIVATE ouro_flags)
    endif()
    target_link_libraries(${name} PUBLIC ${ARG_DEPENDS})
endfunction()

# ouro_test(NAME SOURCES … [DEPENDS …] [WORKING_DIRECTORY …]): a GoogleTest program; each TEST is a ctest case.
function(ouro_test name)
    if(OURO_PORT)
        return()
    endif()
    cmake_parse_arguments(ARG "" "WORKING_DIRECTORY" "SOURCES;DEPENDS" ${ARGN})
    if(NOT ARG_WORKING_DIRECTORY)
        set(ARG_WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    endif()
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE ouro_flags ${ARG_DEPENDS} GTest::gtest GTest::gtest_main Threads::Threads)
    gtest_discover_tests(${name} WORKING_DIRECTORY ${ARG_WORKING_DIRECTORY} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 120)
endfunction()

# ouro_fuzz(NAME SOURCES … [DEPENDS …] [REPLAYS n]): a libFuzzer target; without OURO_FUZZ a program that replays its
# corpus, changed copies of it and random bytes as a test: 20,000 of them, or fewer where one takes its time. Seeds are
# in corpus/NAME.
function(ouro_fuzz name)
    if(OURO_PORT)
        return()
    endif()
    cmake_parse_arguments(ARG "" "REPLAYS" "SOURCES;DEPENDS" ${ARGN})
    if(NOT ARG_REPLAYS)
        set(ARG_REPLAYS 20000)
    endif()
    if(OURO_FUZZ)
        add_executable(${name} ${ARG_SOURCES})
        target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    else()
        add_executable(${name} ${ARG_SOURCES} ${PROJECT_SOURCE_DIR}/tests/fuzz/replay.cpp)
        add_test(NAME ${name}.replay COMMAND ${name} ${ARG_REPLAYS} ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name})
    endif()
    target_link_libraries(${name} PRIVATE ouro_flags ${ARG_DEPENDS})
endfunction()
