#!/bin/sh
# Makes the files here that real slicers write, from a cube of 10 x 10 x 5 mm. They are kept in the repository, so the tests
# need no slicer. Debian 12: apt-get install prusa-slicer slic3r cura-engine cura
# (cura only for the printer definitions that CuraEngine reads.)
set -eu
cd "$(dirname "$0")"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
out=$PWD
cube=cube.stl   # by a short name: CuraEngine writes it into the file
cd "$scratch"

awk 'BEGIN {
  split("0 0 0 10 0 0 10 10 0 0 10 0 0 0 5 10 0 5 10 10 5 0 10 5", v, " ")
  n = split("0 2 1 0 3 2 4 5 6 4 6 7 0 1 5 0 5 4 1 2 6 1 6 5 2 3 7 2 7 6 3 0 4 3 4 7", f, " ")
  print "solid cube"
  for (i = 1; i <= n; i++) {
    if (i % 3 == 1) print "facet normal 0 0 0\nouter loop"
    print "vertex", v[f[i] * 3 + 1], v[f[i] * 3 + 2], v[f[i] * 3 + 3]
    if (i % 3 == 0) print "endloop\nendfacet"
  }
  print "endsolid cube"
}' > "$cube"

prusa-slicer --export-gcode --layer-height 0.35 --first-layer-height 0.35 --fill-density 5% --filament-type PETG \
    --temperature 240 --first-layer-temperature 230 --bed-temperature 85 --first-layer-bed-temperature 80 \
    --output "$out"/prusaslicer.gcode "$cube"

prusa-slicer --export-gcode --layer-height 0.35 --first-layer-height 0.35 --fill-density 5% --nozzle-diameter 0.5,0.5 \
    --filament-diameter 1.75,1.75 --filament-type 'PLA;PVA' --temperature 215,210 --first-layer-temperature 220,205 \
    --bed-temperature 60,55 --first-layer-bed-temperature 65,50 --extruder-offset 0x0,0x0 --perimeter-extruder 2 \
    --output "$out"/prusaslicer_two_extruders.gcode "$cube"

slic3r --layer-height 0.35 --fill-density 5 --temperature 200 --first-layer-temperature 205 --bed-temperature 60 \
    --first-layer-bed-temperature 65 --output "$out"/slic3r.gcode "$cube"

slic3r --layer-height 0.5 --fill-density 5 --nozzle-diameter 0.7 --nozzle-diameter 0.7 --perimeter-extruder 2 \
    --filament-diameter 1.75 --filament-diameter 1.75 --temperature 200 --temperature 210 \
    --output "$out"/slic3r_two_extruders.gcode "$cube"

# Without Cura in front of it CuraEngine writes its header before it knows: TIME:6666 and 0 m of filament.
definitions=/usr/share/cura/resources
CURA_ENGINE_SEARCH_PATH=$definitions/definitions:$definitions/extruders CuraEngine slice \
    -j "$definitions/definitions/fdmprinter.def.json" -o "$out"/cura_engine.gcode -s layer_height=0.35 \
    -s machine_center_is_zero=false -s machine_heated_bed=true -s infill_line_distance=10 -s adhesion_type=none \
    -s top_layers=1 -s bottom_layers=1 \
    -s material_print_temperature=195 -s material_print_temperature_layer_0=200 -s material_bed_temperature=55 \
    -s material_bed_temperature_layer_0=60 -l "$cube"

# The header as Cura puts it in place of that one when it has received the whole print (;TIME and ;Filament used).
sed -e 's/^;TIME:6666/;TIME:268/' -e 's/^;Filament used: 0m/;Filament used: 0.203432m/' "$out"/cura_engine.gcode \
    > "$out"/cura.gcode
