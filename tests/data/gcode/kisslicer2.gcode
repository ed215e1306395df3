; KISSlicer - PRO
; Windows
; version 2 a 2.0.6 Win64
; Built: May 23 2020, 15:05:59
;
; *** Printer Settings ***
;
; printer_name = Test
;
; *** Material Settings for Extruder 1 ***
;
; temperature_C = 210
; first_layer_C = 215
; bed_C = 60
;
; *** Material Settings for Extruder 2 ***
;
; temperature_C = 190
;
; BEGIN_LAYER_OBJECT z=0.200
G1 X0.23 Y-0.053 E0.02485
; END_LAYER_OBJECT z=0.200
;
; Calculated-during-export Build Time: 1.83 minutes
; Estimated-in-GUI Build Time:         2.23 minutes
; Estimated-in-GUI Build Cost:         $0.00
;
; Filament used per extruder:
;    Ext #1  =   120.10 mm  (0.289 cm^3)
;    Ext #2  =    10.40 mm  (0.025 cm^3)
;
; *** Extrusion Time Breakdown ***
