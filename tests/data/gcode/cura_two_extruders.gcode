;FLAVOR:Marlin
;TIME:5212
;Filament used: 1.2m, 0.5m
;Layer height: 0.2
;MINX:100.2
;Generated with Cura_SteamEngine 4.13.0
T0
M140 S60
M105
M190 S60
M104 T0 S210
M104 T1 S175
M109 T0 S210
M82 ;absolute extrusion mode
;LAYER_COUNT:2
;LAYER:0
G1 F1500 X100.2 Y99.8 E0.0214
M104 T0 S175
M109 T1 S200
T1
;TIME_ELAPSED:2600.5
;LAYER:1
G1 X101.2 Y99.8 E0.1214
;TIME_ELAPSED:5212.3
M104 T0 S0
M104 T1 S0
M140 S0
;End of Gcode
;SETTING_3 {"global_quality": "[general]\\nversion = 4\\nname = Standard\\nmaterial_print_temperature = 777"}
