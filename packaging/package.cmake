# What is installed where, and the Debian packages made of it. Components: dse (the program), data
# (catalogue and studies), library and development (libdse; see CMakeLists.txt), python.

include(GNUInstallDirs)
set(DSE_MAINTAINER "dse maintainers <maintainers@dse.invalid>" CACHE STRING
    "Maintainer that packages name")

# ---- made by the program: manual pages and completions ----

set(documents ${PROJECT_BINARY_DIR}/documents)
set(completions ${documents}/completions)
add_custom_command(OUTPUT ${documents}/made
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${documents}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${documents}
    COMMAND ${CMAKE_COMMAND} -E env DSE_CATALOGUE=${PROJECT_SOURCE_DIR}/arch/catalogue
        $<TARGET_FILE:dse> man --output ${documents}/man
    COMMAND ${CMAKE_COMMAND} -E touch ${documents}/made
    DEPENDS dse VERBATIM)
add_custom_target(documents ALL DEPENDS ${documents}/made)

# ---- installation ----

install(TARGETS dse RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT dse)
# The program looks for ../share/dse/catalogue, seen from its own folder.
install(DIRECTORY arch/catalogue dse/studies DESTINATION ${CMAKE_INSTALL_DATADIR}/dse COMPONENT data
    PATTERN "*.db*" EXCLUDE PATTERN "*.[ch]" EXCLUDE PATTERN "*.sh" EXCLUDE)
install(DIRECTORY ${documents}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT dse)
install(FILES dse/completion/dse.bash RENAME dse COMPONENT dse
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES dse/completion/_dse COMPONENT dse
    DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES dse/completion/dse.fish COMPONENT dse
    DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES README.md CHANGELOG.md CITATION.cff LICENSE NOTICE COMPONENT dse
    DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES reports/page/D3-LICENCE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT dse)
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT dse PATTERN "*.sh" EXCLUDE)
# What the documents link to, where they look for it.
install(DIRECTORY dse/studies DESTINATION ${CMAKE_INSTALL_DOCDIR}/dse COMPONENT dse
    PATTERN "*.db*" EXCLUDE PATTERN "*.sh" EXCLUDE)
install(DIRECTORY tests/recipes DESTINATION ${CMAKE_INSTALL_DOCDIR}/tests COMPONENT dse)
foreach(linked CONTRIBUTING.md Containerfile lib/dse.h lib/libdse.map tests/lib/one_point.c
        python/examples/first.ipynb)
    cmake_path(GET linked PARENT_PATH folder)
    install(FILES ${linked} DESTINATION ${CMAKE_INSTALL_DOCDIR}/${folder} COMPONENT dse)
endforeach()
# It finds the library two folders up.
install(DIRECTORY python/dse DESTINATION lib/python3/dist-packages COMPONENT python
    PATTERN "__pycache__" EXCLUDE)

# ---- packages: cpack -G DEB, or packaging/deb.sh ----

set(CPACK_PACKAGE_NAME dse)
set(CPACK_PACKAGE_CONTACT "${DSE_MAINTAINER}")
set(CPACK_PACKAGE_FILE_NAME dse-${PROJECT_VERSION})
set(CPACK_GENERATOR DEB)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_COMPONENTS_ALL dse data library development python)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/packaging/debian.cmake)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(same "(= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})")

set(CPACK_DEBIAN_DSE_PACKAGE_NAME dse)
set(CPACK_DEBIAN_DSE_DESCRIPTION "Evaluates accelerators for language models, with and without attention engines
in or near memory, in tokens per second and in dollars; stores every design in
SQLite, and reports where an engine pays off, where it stops, and why.")
set(CPACK_DEBIAN_DSE_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_DSE_PACKAGE_DEPENDS "dse-data ${same}")
set(CPACK_DEBIAN_DSE_PACKAGE_SUGGESTS "librsvg2-bin")

set(CPACK_DEBIAN_DATA_PACKAGE_NAME dse-data)
set(CPACK_DEBIAN_DATA_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_DATA_DESCRIPTION "Models, chips, attention engines, prices and calibrations, each figure with its
source, and the studies that come with dse.")

set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libdse0)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_DESCRIPTION "Evaluates accelerators for language models, runs studies and finds fronts and
pay-off, from C or anything that calls C.")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_DEPENDS "dse-data ${same}")
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/packaging/triggers)

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libdse-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "The header dse.h and the pkg-config file of libdse.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libdse0 ${same}")

set(CPACK_DEBIAN_PYTHON_PACKAGE_NAME python3-dse)
set(CPACK_DEBIAN_PYTHON_PACKAGE_SECTION python)
set(CPACK_DEBIAN_PYTHON_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_PYTHON_DESCRIPTION "The library libdse for Python: one design, arrays of designs, studies and
stores, with numpy and pandas if they are there.")
set(CPACK_DEBIAN_PYTHON_PACKAGE_DEPENDS "python3, libdse0 (>= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_PYTHON_PACKAGE_SUGGESTS "python3-numpy, python3-pandas")
set(CPACK_DEBIAN_PYTHON_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/packaging/python/prerm)

# For packaging/debian.cmake.
set(CPACK_DSE_SOURCE ${PROJECT_SOURCE_DIR})
set(CPACK_DSE_DATE ${DSE_DATE})
include(CPack)
