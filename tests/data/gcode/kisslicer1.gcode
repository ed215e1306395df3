; KISSlicer - FREE
; Linux
; version 1.5 Release Linux64
; Built: Aug  4 2016, 11:43:44
; Running on 8 cores
;
; Saved: Fri Sep 23 18:15:36 2016
; 'cube.gcode'
;
; *** Printer Settings ***
;
; printer_name = sample printer
; g_code_warm = 3B2053656C6563742065787472756465722C207761726D
;     2C2070757267650A
; > Decoded
; >   M109 S<TEMP>
; num_extruders = 1
;
; *** Material Settings for Extruder 1 ***
;
; material_name = sample material
; temperature_C = 250
; keep_warm_C = 180
; first_layer_C = 255
; bed_C = 80
; destring_suck = 0
;
; *** G-code Prefix ***
;
G21
M190 S80
;
; *** Main G-code ***
;
; BEGIN_LAYER_OBJECT z=0.250
;
; *** Selecting and Warming Extruder 1 to 255 C ***
M104 S255
M109 S255
; 'Perimeter Path', 1.1 [feed mm/s], 5.0 [head mm/s]
G1 X12.02 Y30.65 Z0.25 E0 F30000
; END_LAYER_OBJECT z=0.250
M104 S0
;
; Estimated Build Time:   72.45 minutes
; Estimated Build Volume: 2.982 cm^3
; Estimated Build Cost:   $0.00
;
; *** Extrusion Time Breakdown ***
; * estimated time in [s]
