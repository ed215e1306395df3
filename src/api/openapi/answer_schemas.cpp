#include "api/openapi/schema_texts.hpp"

namespace karmen::api {

std::string_view answer_schemas() {
    return R"json({
"Problem": {
  "type": "object",
  "description": "What went wrong (RFC 9457)",
  "properties": {
    "type": {"type": "string"},
    "title": {"type": "string", "description": "The status in words"},
    "status": {"type": "integer", "minimum": 400, "maximum": 599},
    "detail": {"type": "string"},
    "message": {"type": "string", "description": "The same as detail"},
    "code": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$", "description": "Stable word for programs"},
    "request_id": {"type": "string", "description": "Names the request in the server's log"},
    "errors": {"type": "array", "description": "Every member of the input that is wrong", "items": {
      "type": "object",
      "properties": {
        "pointer": {"type": "string", "description": "JSON pointer (RFC 6901)"},
        "message": {"type": "string"}
      }
    }}
  },
  "required": ["type", "title", "status", "detail", "message", "code", "request_id"]
},
"ServerInfo": {
  "type": "object",
  "properties": {
    "app": {"const": "karmen_backend"},
    "docs": {"type": "string", "format": "uri"},
    "version": {"type": "string"}
  }
},
"Health": {
  "type": "object",
  "properties": {"status": {"enum": ["live", "ready"]}}
},
"Tokens": {
  "type": "object",
  "properties": {
    "access_token": {"type": "string", "description": "Fresh"},
    "refresh_token": {"type": "string"}
  }
},
"AccessToken": {
  "type": "object",
  "properties": {"access_token": {"type": "string"}}
},
"Probe": {
  "type": "object",
  "properties": {
    "force_pwd_change": {"type": "boolean", "description": "Nothing else works until the password was changed"}
  }
},
"User": {
  "type": "object",
  "properties": {
    "uuid": {"type": "string", "format": "uuid"},
    "username": {"type": "string"},
    "role": {"enum": ["admin", "user"]},
    "suspended": {"type": "boolean"}
  }
},
"ApiToken": {
  "type": "object",
  "properties": {
    "jti": {"type": "string", "format": "uuid"},
    "name": {"type": "string"},
    "created": {"type": "string", "format": "date-time"}
  }
},
"Session": {
  "type": "object",
  "properties": {
    "id": {"type": "string", "format": "uuid"},
    "created": {"type": "string", "format": "date-time"},
    "last_used": {"type": "string", "format": "date-time"},
    "expires": {"type": "string", "format": "date-time"},
    "address": {"type": "string", "description": "Where the log-in came from"},
    "agent": {"type": "string", "description": "The User-Agent of the log-in, at most 255 bytes; empty if it had none"},
    "current": {"type": "boolean", "description": "The token of this request came from it"}
  }
},
"NewApiToken": {
  "type": "object",
  "properties": {
    "access_token": {"type": "string", "description": "Shown this once. It has no expiry and acts with role user"},
    "jti": {"type": "string", "format": "uuid"},
    "name": {"type": "string"},
    "created": {"type": "string", "format": "date-time"}
  }
},
"PrinterClient": {
  "type": "object",
  "description": "The server in front of the printer",
  "properties": {
    "name": {"type": "string", "examples": ["octoprint"]},
    "version": {
      "type": "object",
      "description": "What the server says of itself; empty when it never answered",
      "properties": {"api": {"type": "string"}, "server": {"type": "string"}, "text": {"type": "string"}},
      "required": []
    },
    "connected": {"type": "boolean"},
    "access_level": {"enum": ["unlocked", "read_only", "protected", "unknown"]},
    "api_key": {"type": ["string", "null"], "description": "Its first two characters, the rest as *"}
  }
},
"PrinterProps": {
  "type": ["object", "null"],
  "description": "Notes of people",
  "properties": {
    "filament_type": {"type": ["string", "number", "boolean", "null"]},
    "filament_color": {"type": ["string", "number", "boolean", "null"]},
    "bed_type": {"type": ["string", "number", "boolean", "null"]},
    "tool0_diameter": {"type": ["string", "number", "boolean", "null"]}
  },
  "required": []
},
"PrinterStatus": {
  "type": "object",
  "properties": {
    "state": {"type": "string", "description": "The printer's own words, or: Printer is not responding, Printer is not connected to Octoprint, Printer is responding with invalid data"},
    "code": {"description": "What is the matter with it, in one word. not_connected: the server answers, but it is not connected to its printer; error: the printer stopped with an error, or the connection broke; unreachable, timeout, dns, tls, key_…, other_server, invalid_data: why its server does not tell; unknown: it was not asked yet, or it does what Karmen does not know", "enum": [
      "operational", "printing", "pausing", "paused", "resuming", "cancelling", "finishing", "connecting", "not_connected", "error", "unreachable", "timeout", "dns", "tls", "key_missing", "key_wrong", "key_lacks_right", "other_server", "invalid_data", "unknown"]},
    "reason": {"type": ["string", "null"], "description": "Why, for people; null if the state says all"},
    "since": {"type": ["string", "null"], "format": "date-time", "description": "When this code was first seen; null: not asked yet"},
    "age_s": {"type": ["number", "null"], "description": "Seconds since the printer was asked; null in events, and if it was not asked in time"},
    "temperature": {"type": "object", "description": "By heater: tool0, bed, …; °C", "additionalProperties": {
      "type": "object",
      "properties": {
        "actual": {"type": ["number", "null"]},
        "target": {"type": ["number", "null"]},
        "offset": {"type": "number"}
      },
      "required": ["actual", "target"]
    }}
  }
},
"PrinterWebcam": {
  "type": "object",
  "properties": {
    "message": {"type": "string", "description": "OK, or why there is no stream", "examples": ["OK", "Stream disabled in octoprint", "Stream not accessible", "Cannot decode JSON"]},
    "stream": {"type": "string"},
    "flipHorizontal": {"type": "boolean"},
    "flipVertical": {"type": "boolean"},
    "rotate90": {"type": "boolean"},
    "reason": {"type": "string", "description": "Why there is no stream, in a sentence"},
    "proxied": {"type": "string", "description": "Path of the stream on this server: GET /proxied-webcam/{host}, with the id of the printer"}
  },
  "required": ["message"]
},
"PrinterJob": {
  "type": "object",
  "description": "Empty when nothing is printed",
  "properties": {
    "name": {"type": ["string", "null"]},
    "completion": {"type": ["number", "null"], "description": "Percent"},
    "printTimeLeft": {"type": ["integer", "null"], "description": "Seconds"},
    "printTime": {"type": ["integer", "null"], "description": "Seconds"},
    "print_job": {"type": ["integer", "null"], "description": "Id of the print job; absent if the printer does not say what it prints"},
    "foreign": {"type": "boolean", "description": "The print was started elsewhere and is nobody's print job"}
  },
  "required": []
},
"Printer": {
  "type": "object",
  "properties": {
    "client": {"$ref": "#/components/schemas/PrinterClient"},
    "printer_props": {"$ref": "#/components/schemas/PrinterProps"},
    "name": {"type": "string"},
    "hostname": {"type": ["string", "null"]},
    "tls_fingerprint": {"type": ["string", "null"], "description": "SHA-256 of the one certificate that is trusted for https, in lower-case hexadecimal"},
    "id": {"type": "string", "format": "uuid", "description": "Names the printer for good"},
    "host": {"type": "string", "description": "IPv4 address, IPv6 address in brackets or host name, with an optional port and path, in one spelling"},
    "protocol": {"enum": ["http", "https"]},
    "status": {"$ref": "#/components/schemas/PrinterStatus"},
    "webcam": {"$ref": "#/components/schemas/PrinterWebcam"},
    "job": {"$ref": "#/components/schemas/PrinterJob"}
  },
  "required": ["id", "client", "printer_props", "name", "hostname", "host", "protocol", "tls_fingerprint"]
},
"GcodeAnalysis": {
  "type": "object",
  "description": "What the slicer wrote into the file",
  "properties": {
    "filament": {"type": "object", "properties": {
      "length_mm": {"type": ["number", "null"]},
      "volume_cm3": {"type": ["number", "null"]},
      "type": {"type": ["string", "null"]}
    }},
    "temperatures": {"type": "object", "description": "°C", "properties": {
      "bed": {"type": ["number", "null"]},
      "bed_first": {"type": ["number", "null"]},
      "tool0": {"type": ["number", "null"]},
      "tool0_first": {"type": ["number", "null"]}
    }},
    "time": {"type": "object", "properties": {"estimate_s": {"type": ["number", "null"]}}},
    "slicer": {"type": ["string", "null"]},
    "tools": {"type": "array", "description": "The tools that print; type and temperatures above are those of the first of them", "items": {
      "type": "object", "properties": {
        "index": {"type": "integer"},
        "length_mm": {"type": ["number", "null"]},
        "volume_cm3": {"type": ["number", "null"]},
        "type": {"type": ["string", "null"]},
        "temperature": {"type": ["number", "null"]},
        "temperature_first": {"type": ["number", "null"]}
      }
    }},
    "nozzle_diameter_mm": {"type": ["number", "null"], "description": "Of the first tool that prints"},
    "printer_model": {"type": ["string", "null"]},
    "layer_height_mm": {"type": ["number", "null"]},
    "layer_height_first_mm": {"type": ["number", "null"]},
    "layer_count": {"type": ["integer", "null"]}
  }
},
"GcodeAnalysisFailure": {
  "type": "object",
  "description": "Why there are no facts: a binary file or an archive that is damaged or not sliced, or a file that is gone",
  "properties": {"error": {"type": "string"}}
},
"Gcode": {
  "type": "object",
  "properties": {
    "id": {"type": "integer"},
    "path": {"type": "string", "description": "Folder; empty for the root"},
    "filename": {"type": "string", "description": "The safe name on disk"},
    "display": {"type": "string", "description": "The name as uploaded"},
    "absolute_path": {"type": "string", "description": "Relative to the root of the store"},
    "uploaded": {"type": "string", "format": "date-time"},
    "size": {"type": "integer", "description": "Bytes"},
    "data": {"type": "string", "description": "Address of the content"},
    "sha256": {"type": ["string", "null"], "description": "Of the content, hexadecimal; null until it is known"},
    "has_thumbnail": {"type": "boolean", "description": "Whether the file holds a picture of the print"},
    "analysis": {"description": "null until it is done", "anyOf": [
      {"$ref": "#/components/schemas/GcodeAnalysis"},
      {"$ref": "#/components/schemas/GcodeAnalysisFailure"},
      {"type": "null"}
    ]},
    "user_uuid": {"type": ["string", "null"], "format": "uuid"},
    "username": {"type": ["string", "null"]}
  }
},
"PrintJob": {
  "type": "object",
  "properties": {
    "id": {"type": "integer"},
    "started": {"type": "string", "format": "date-time", "description": "When the print began; until that is known, when it was asked for"},
    "state": {"enum": ["queued", "sending", "starting", "printing", "paused", "finished", "failed", "cancelled", "unknown"], "description": "unknown: nobody can tell what became of it until the printer shows it or somebody says it with PATCH; also rows from before Karmen followed prints"},
    "progress": {"type": ["number", "null"], "description": "Percent, stored now and then; the printer's job has the present one"},
    "ended": {"type": ["string", "null"], "format": "date-time", "description": "null while the print is followed. Rows from before Karmen followed prints have the time of their start"},
    "result": {"enum": ["finished", "failed", "cancelled", null], "description": "null until it is known"},
    "reason": {"type": ["string", "null"], "description": "Why it is in that state, for people"},
    "gcode_data": {"type": "object", "description": "A copy from the start of the print", "properties": {
      "id": {"type": "integer"},
      "filename": {"type": "string"},
      "size": {"type": "integer"},
      "available": {"type": "boolean", "description": "false once the g-code was deleted"}
    }},
    "printer_data": {"type": "object", "description": "A copy from the start of the print", "properties": {
      "host": {"type": "string"},
      "name": {"type": "string"},
      "client": {"type": "string", "description": "What is spoken with it: octoprint"}
    }},
    "printer_id": {"type": ["string", "null"], "format": "uuid", "description": "The printer, whatever its address is now; null in rows from before printers had ids"},
    "user_uuid": {"type": ["string", "null"], "format": "uuid"},
    "username": {"type": ["string", "null"]}
  }
},
"StartedPrintJob": {
  "type": "object",
  "properties": {
    "id": {"type": "integer"},
    "user_uuid": {"type": "string", "format": "uuid"}
  }
},
"Setting": {
  "type": "object",
  "properties": {
    "key": {"type": "string"},
    "val": {"type": ["string", "number", "boolean", "null"], "description": "Texts that read as numbers or booleans come back as such"}
  }
},
"AuditEntry": {
  "type": "object",
  "properties": {
    "id": {"type": "integer"},
    "time": {"type": "string", "format": "date-time"},
    "action": {"type": "string", "pattern": "^[a-z_.]+$", "description": "Stable word for programs", "examples": ["printer.remove"]},
    "user_uuid": {"type": ["string", "null"], "format": "uuid"},
    "username": {"type": ["string", "null"], "description": "As it was then; at a log-in the name that was tried"},
    "address": {"type": ["string", "null"], "description": "null: the command line"},
    "target": {"type": "string", "description": "What it was done to"},
    "result": {"type": "string", "description": "ok, broken_off (whether it took effect is not known) or the code of a problem"},
    "times": {"type": "integer", "description": "Refusals of one kind in one minute are counted"}
  }
},
"Settings": {"type": "array", "items": {"$ref": "#/components/schemas/Setting"}},
"File": {"type": "string", "format": "binary"},
"EventStream": {"type": "string"},
"Document": {"type": "object", "description": "OpenAPI 3.1"}
})json";
}

}  // namespace karmen::api
