#include "api/openapi/schema_texts.hpp"

namespace karmen::api {

std::string_view request_schemas() {
    return R"json({
"Credentials": {
  "type": "object",
  "properties": {
    "username": {"type": "string", "minLength": 1, "maxLength": 1024},
    "password": {"type": "string", "minLength": 1, "maxLength": 1024, "format": "password"}
  }
},
"PasswordChange": {
  "type": "object",
  "properties": {
    "password": {"type": "string", "minLength": 1, "maxLength": 1024, "format": "password"},
    "new_password": {"type": "string", "minLength": 1, "maxLength": 72, "format": "password", "description": "At most 72 bytes"},
    "new_password_confirmation": {"type": "string", "minLength": 1, "maxLength": 72, "format": "password"}
  }
},
"ApiTokenRequest": {
  "type": "object",
  "properties": {"name": {"type": "string", "minLength": 1, "maxLength": 128}}
},
"NewUser": {
  "type": "object",
  "properties": {
    "username": {"type": "string", "minLength": 1, "maxLength": 128, "description": "Not blank, without control characters"},
    "role": {"enum": ["admin", "user"]},
    "password": {"type": "string", "minLength": 1, "maxLength": 72, "format": "password", "description": "At most 72 bytes"},
    "password_confirmation": {"type": "string", "minLength": 1, "maxLength": 72, "format": "password"}
  }
},
"UserChange": {
  "type": "object",
  "properties": {
    "role": {"enum": ["admin", "user"]},
    "suspended": {"type": ["boolean", "null"]}
  },
  "required": [],
  "minProperties": 1
},
"PrinterHost": {
  "type": "string",
  "minLength": 1,
  "maxLength": 263,
  "pattern": "^([Hh][Tt][Tt][Pp][Ss]?://)?([0-9A-Za-z_.-]+|\\[[0-9A-Fa-f:.]+\\])(:[1-9][0-9]{0,4})?(/[^/?#\\s]+)*/?$",
  "description": "IPv4 address, IPv6 address in brackets or host name, with an optional port and path; one that begins with http:// or https:// also sets `protocol`. At most 255 characters after that",
  "examples": ["192.168.1.20:5000", "octopi.local", "[fd00::7]:5000", "http://farm.local/octoprint1"]
},
"TlsFingerprint": {"type": ["string", "null"], "maxLength": 255, "pattern": "^$|^[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){31}$", "description": "SHA-256 of the one certificate that is trusted for https, without regard to who signed it; null or empty: the machine's authorities decide"},
"PrinterAddress": {
  "type": "object",
  "properties": {
    "host": {"$ref": "#/components/schemas/PrinterHost"},
    "api_key": {"type": ["string", "null"], "maxLength": 256},
    "tls_fingerprint": {"$ref": "#/components/schemas/TlsFingerprint"},
    "protocol": {"enum": ["http", "https", null], "default": "http"}
  },
  "required": ["host"]
},
"AppKeyAddress": {
  "type": "object",
  "properties": {
    "host": {"$ref": "#/components/schemas/PrinterHost"},
    "tls_fingerprint": {"$ref": "#/components/schemas/TlsFingerprint"},
    "protocol": {"enum": ["http", "https", null], "default": "http"}
  },
  "required": ["host"]
},
"NewPrinter": {
  "type": "object",
  "properties": {
    "host": {"$ref": "#/components/schemas/PrinterHost"},
    "name": {"type": "string", "minLength": 1, "maxLength": 255},
    "api_key": {"type": ["string", "null"], "maxLength": 256},
    "appkey": {"type": ["string", "null"], "description": "Id of a granted request for a key (POST /printers/appkey), instead of `api_key`; `host`, `protocol` and `tls_fingerprint` are those of the request"},
    "tls_fingerprint": {"$ref": "#/components/schemas/TlsFingerprint"},
    "protocol": {"enum": ["http", "https", null], "default": "http"}
  },
  "required": ["name"],
  "anyOf": [{"required": ["host"]}, {"required": ["appkey"]}]
},
"PrinterChange": {
  "type": "object",
  "properties": {
    "host": {"$ref": "#/components/schemas/PrinterHost", "description": "Where the printer is now"},
    "name": {"type": "string", "minLength": 1, "maxLength": 255},
    "protocol": {"enum": ["http", "https"]},
    "api_key": {"type": ["string", "null"], "maxLength": 256, "description": "null or empty: none"},
    "tls_fingerprint": {"$ref": "#/components/schemas/TlsFingerprint"},
    "printer_props": {
      "type": ["object", "null"],
      "properties": {
        "filament_type": {"type": ["string", "number", "boolean", "null"], "maxLength": 255},
        "filament_color": {"type": ["string", "number", "boolean", "null"], "maxLength": 255},
        "bed_type": {"type": ["string", "number", "boolean", "null"], "maxLength": 255},
        "tool0_diameter": {"type": ["string", "number", "boolean", "null"], "maxLength": 255}
      },
      "required": []
    }
  },
  "required": [],
  "minProperties": 1
},
"ConnectionChange": {
  "type": "object",
  "properties": {"state": {"enum": ["online", "offline"]}}
},
"JobCommand": {
  "type": "object",
  "properties": {
    "action": {"enum": ["cancel", "start", "toggle"], "description": "toggle pauses a print, or resumes it"}
  }
},
"GcodeUpload": {
  "type": "object",
  "properties": {
    "file": {"type": "string", "format": "binary", "description": "Its name ends in .gco, .gcode, .g, .bgcode or .gcode.3mf"},
    "path": {"type": "string", "description": "Folder inside the store, with or without / in front", "maxLength": 1024}
  },
  "required": ["file"]
},
"NewPrintJob": {
  "type": "object",
  "properties": {
    "gcode": {"type": ["integer", "string"], "description": "Id of the g-code", "examples": [1]},
    "printer": {"type": "string", "description": "Host or id of the printer", "examples": ["192.168.1.20:5000"]}
  }
},
"PrintJobChange": {
  "type": "object",
  "properties": {
    "state": {"enum": ["finished", "failed", "cancelled"], "description": "What became of the print"}
  }
},
"SettingsChange": {
  "type": "array",
  "minItems": 1,
  "items": {
    "type": "object",
    "properties": {
      "key": {"enum": ["network_interface"]},
      "val": {
        "type": ["string", "number", "boolean", "null"],
        "maxLength": 255,
        "description": "Texts that read as numbers or booleans come back as such"
      }
    }
  }
},
"NewTask": {
  "type": "object",
  "properties": {"task": {"enum": ["scan_network"]}}
}
})json";
}

}  // namespace karmen::api
