# karmen_compress(SOURCE FILE…): SOURCE can #embed each FILE as NAME.gz and NAME.br, made at build time as small as they get.
function(karmen_compress source)
  find_program(KARMEN_GZIP gzip REQUIRED)
  find_program(KARMEN_BROTLI brotli REQUIRED)
  set(directory "${CMAKE_CURRENT_BINARY_DIR}/compressed")
  file(MAKE_DIRECTORY "${directory}")
  foreach(file IN LISTS ARGN)
    get_filename_component(name "${file}" NAME)
    set(out "${directory}/${name}")
    add_custom_command(
      OUTPUT "${out}.gz" "${out}.br"
      COMMAND "${KARMEN_GZIP}" --best --no-name --stdout "${file}" > "${out}.gz"
      COMMAND "${KARMEN_BROTLI}" --best --force --no-copy-stat "--output=${out}.br" "${file}"
      DEPENDS "${file}" VERBATIM)
    set_property(SOURCE "${source}" APPEND PROPERTY OBJECT_DEPENDS "${out}.gz;${out}.br")
  endforeach()
  set_property(SOURCE "${source}" APPEND PROPERTY COMPILE_OPTIONS "--embed-dir=${directory}")
endfunction()
