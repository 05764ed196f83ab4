# Run by CPack before it makes the packages: what Debian expects of each beyond the files installed.
# Manual pages are compressed, and every package has its copyright and changelog.

find_program(gzip gzip REQUIRED)
set(packages dse:dse data:dse-data library:libdse0 development:libdse-dev python:python3-dse)
execute_process(COMMAND date -u -R -d ${CPACK_DSE_DATE} OUTPUT_VARIABLE date
    OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
foreach(pair IN LISTS packages)
    string(REGEX MATCH "(.*):(.*)" pair ${pair})
    set(tree ${CPACK_TEMPORARY_DIRECTORY}/${CMAKE_MATCH_1}/usr)
    set(name ${CMAKE_MATCH_2})
    if(NOT IS_DIRECTORY ${tree})
        continue()
    endif()
    set(doc ${tree}/share/doc/${name})
    file(MAKE_DIRECTORY ${doc})
    file(COPY_FILE ${CPACK_DSE_SOURCE}/packaging/copyright ${doc}/copyright)
    file(REMOVE ${doc}/LICENSE ${doc}/D3-LICENCE) # in copyright
    if(EXISTS ${doc}/CHANGELOG.md)
        file(COPY_FILE ${doc}/CHANGELOG.md ${doc}/changelog) # README links to the other
    endif()
    file(WRITE ${doc}/changelog.Debian
"dse (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * Version ${CPACK_PACKAGE_VERSION}.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
    if(EXISTS ${tree}/share/zsh/site-functions) # where Debian's zsh looks
        file(RENAME ${tree}/share/zsh/site-functions ${tree}/share/zsh/vendor-completions)
    endif()
    file(GLOB_RECURSE compress ${tree}/share/man/*.[15] ${doc}/changelog*)
    if(compress)
        execute_process(COMMAND ${gzip} -9n ${compress} COMMAND_ERROR_IS_FATAL ANY)
    endif()
endforeach()
