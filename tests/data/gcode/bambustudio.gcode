; HEADER_BLOCK_START
; BambuStudio 01.09.07.52
; model printing time: 43m 36s; total estimated time: 51m 56s
; total layer number: 24
; total filament length [mm] : 3001.18,435.48
; total filament volume [cm^3] : 7218.68,1047.45
; total filament weight [g] : 8.95,1.30
; filament_density: 1.24,1.24
; filament_diameter: 1.75,1.75
; max_z_height: 2.50
; HEADER_BLOCK_END

; CONFIG_BLOCK_START
; chamber_temperatures = 0,0
; cool_plate_temp = 35,35
; cool_plate_temp_initial_layer = 35,35
; curr_bed_type = Cool Plate
; filament_type = "PLA";"PLA"
; hot_plate_temp = 55,55
; nozzle_temperature = 220,220
; nozzle_temperature_initial_layer = 225,225
; CONFIG_BLOCK_END

; EXECUTABLE_BLOCK_START
M140 S35
M104 S140
G29
M109 S225
; CHANGE_LAYER
; Z_HEIGHT: 0.2
; FEATURE: Outer wall
; LINE_WIDTH: 0.42
G1 X128.1 Y127.3 E.0321
M104 S0
