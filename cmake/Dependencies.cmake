# Every library comes from a Debian 12 package; scripts/packages names them.
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(CURL 7.88 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ZLIB 1.2.13 REQUIRED)
find_package(spdlog 1.10 REQUIRED)
find_package(fmt 9.1 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url container)
find_package(ICU 72 REQUIRED COMPONENTS uc)
find_package(JPEG 62 REQUIRED)
find_package(PNG 1.6.39 REQUIRED)
find_package(GTest 1.12 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBJWT REQUIRED IMPORTED_TARGET libjwt)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(HIREDIS REQUIRED IMPORTED_TARGET hiredis)
pkg_check_modules(LIBPQ REQUIRED IMPORTED_TARGET libpq)
find_package(tomlplusplus 3.3 REQUIRED)

add_library(libjwt ALIAS PkgConfig::LIBJWT)
add_library(re2 ALIAS PkgConfig::RE2)
add_library(hiredis ALIAS PkgConfig::HIREDIS)
add_library(libpq ALIAS PkgConfig::LIBPQ)
# They say -pthread and -D_FILE_OFFSET_BITS=64, which change nothing on our machines, but do not go together with headers
# precompiled without.
set_property(TARGET PkgConfig::RE2 PkgConfig::HIREDIS PROPERTY INTERFACE_COMPILE_OPTIONS "")

# Asio is compiled once (karmen_asio), so that a file which only awaits costs little to build.
add_library(karmen_asio STATIC "${CMAKE_SOURCE_DIR}/cmake/asio_impl.cpp")
target_link_libraries(karmen_asio PUBLIC Boost::headers Threads::Threads OpenSSL::SSL)
target_compile_definitions(karmen_asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
                                              BOOST_ASIO_DISABLE_BOOST_REGEX)
add_library(karmen_beast INTERFACE)
target_link_libraries(karmen_beast INTERFACE karmen_asio)
target_compile_definitions(karmen_beast INTERFACE BOOST_BEAST_USE_STD_STRING_VIEW)
