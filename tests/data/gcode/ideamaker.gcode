;Sliced by ideaMaker 4.0.1.4802, 2020-11-13 13:03:35 UTC-0600
;Dimension: 305.000 305.000 300.000 0.400 0.400
;Plate Shape: 0
;Origin Offset: 0.000 0.000
;Extruder Offset #1: 0.000 0.000
;Extruder Offset #2: 25.000 0.000
;Filament Diameter #1: 1.750
;Filament Diameter #2: 1.750
;Filament Compensation #1: 94.00
;Filament Type #1: PETG
;Filament Type #2: PLA
;Filament Density #1: 1240.00
;Filament Name #1: PETG 1.75mm
;Bounding Box: 142.500 162.500 142.500 162.500 0.000 20.000
M140 S70.0
M190 S70.0
M109 T0 S235.0
M109 T1 S210.0
M104 T0 S180.0
;LAYER:0
;Z:0.300
;HEIGHT:0.300
;PRINTING: cube.stl
;PRINTING_ID: 0
;REMAINING_TIME: 3141
;TYPE:WALL-OUTER
M104 T0 S180.0
G1 X152.1 Y142.5 E0.0321
M104 T0 S0
;Print Time: 3163.8
;Material#1 Used: 2868.0
;Material#2 Used: 132.5
