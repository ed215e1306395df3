# Makes memory faults harder to exploit in the program that is shipped.
option(KARMEN_HARDENED "Build with the hardening flags of a release" OFF)
if(NOT KARMEN_HARDENED)
  return()
endif()

add_compile_options(-fstack-protector-strong -fstack-clash-protection -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  add_compile_options(-fcf-protection=full)
endif()
# Full RELRO: all symbols are resolved at start, and their table is read-only from then on.
add_compile_options(-fPIE)
add_link_options(-pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
