# cmake -P embed.cmake NAME OUT.c FILE...
# Writes the C source of `const struct embedded NAME`: the bytes of the files, one after another.
set(name ${CMAKE_ARGV3})
set(out ${CMAKE_ARGV4})
set(hex "")
math(EXPR last "${CMAKE_ARGC} - 1")
if(last GREATER_EQUAL 5)
    foreach(i RANGE 5 ${last})
        file(READ "${CMAKE_ARGV${i}}" more HEX)
        string(APPEND hex "${more}")
    endforeach()
endif()
string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
# Lines of 24 bytes: some tools refuse very long ones.
string(REGEX REPLACE "(........................................................................................................................)" "\\1\n" bytes "${bytes}")
file(WRITE "${out}" "#include \"reports/page/embedded.h\"
static const unsigned char bytes[] = {
${bytes}0};
const struct embedded ${name} = {bytes, sizeof bytes - 1};
")
