#include "api/openapi/schemas.hpp"

#include "emulator/routes.hpp"

namespace karmen::emulator {

namespace {

/// Of what json.cpp and the handlers write and read.
constexpr std::string_view kSchemas = R"json({
"OctoPrintVersion": {
  "type": "object",
  "properties": {
    "api": {"const": "karmen"},
    "server": {"type": "string"},
    "text": {"const": "OctoPrint emulator by Karmen"}
  }
},
"OctoPrintServer": {
  "type": "object",
  "properties": {"version": {"type": "string"}, "safemode": {"type": "null"}}
},
"OctoPrintUser": {
  "type": "object",
  "properties": {
    "name": {"type": "string"},
    "groups": {"type": "array", "items": {"type": "string"}},
    "permissions": {"type": "array", "items": {"type": "string"}}
  }
},
"OctoPrintLoginRequest": {
  "type": "object",
  "properties": {"passive": {"type": "boolean"}},
  "required": []
},
"OctoPrintLogin": {
  "type": "object",
  "properties": {
    "name": {"type": "string"},
    "groups": {"type": "array", "items": {"type": "string"}},
    "permissions": {"type": "array", "items": {"type": "string"}},
    "session": {"type": "string"},
    "active": {"type": "boolean"},
    "_is_external_client": {"type": "boolean"}
  }
},
"OctoPrintSettings": {
  "type": "object",
  "properties": {
    "api": {"type": "object"},
    "appearance": {"type": "object"},
    "feature": {"type": "object"},
    "gcodeAnalysis": {"type": "object"},
    "plugins": {"type": "object"},
    "webcam": {"type": "object"}
  }
},
"OctoPrintPrinterProfiles": {
  "type": "object",
  "properties": {"profiles": {"type": "object", "additionalProperties": {"type": "object"}}}
},
"OctoPrintState": {
  "type": "object",
  "properties": {
    "text": {"type": "string"},
    "flags": {"type": "object", "properties": {
      "operational": {"type": "boolean"},
      "printing": {"type": "boolean"},
      "cancelling": {"type": "boolean"},
      "pausing": {"type": "boolean"},
      "resuming": {"type": "boolean"},
      "finishing": {"type": "boolean"},
      "closedOrError": {"type": "boolean"},
      "error": {"type": "boolean"},
      "paused": {"type": "boolean"},
      "ready": {"type": "boolean"},
      "sdReady": {"type": "boolean"}
    }}
  }
},
"OctoPrintPrinter": {
  "type": "object",
  "properties": {
    "state": {"$ref": "#/components/schemas/OctoPrintState"},
    "temperature": {"type": "object", "additionalProperties": {"type": "object", "properties": {
      "actual": {"type": ["number", "null"]},
      "target": {"type": ["number", "null"]},
      "offset": {"type": "number"}
    }}},
    "sd": {"type": "object", "properties": {"ready": {"type": "boolean"}}}
  }
},
"OctoPrintJob": {
  "type": "object",
  "properties": {
    "job": {"type": "object", "properties": {
      "file": {"type": "object", "properties": {
        "name": {"type": ["string", "null"]},
        "display": {"type": ["string", "null"]}
      }},
      "estimatedPrintTime": {"type": ["number", "null"]}
    }},
    "progress": {"type": "object", "properties": {
      "completion": {"type": ["number", "null"]},
      "printTime": {"type": ["integer", "null"]},
      "printTimeLeft": {"type": ["integer", "null"]}
    }},
    "state": {"type": "string"}
  }
},
"OctoPrintConnection": {
  "type": "object",
  "properties": {
    "current": {"type": "object", "properties": {
      "state": {"type": "string"},
      "port": {"type": ["string", "null"]},
      "baudrate": {"type": ["integer", "null"]},
      "printerProfile": {"type": "string"}
    }},
    "options": {"type": "object"}
  }
},
"OctoPrintFiles": {
  "type": "object",
  "properties": {
    "files": {"type": "array", "maxItems": 0},
    "free": {"type": "null"},
    "total": {"type": "null"}
  }
},
"OctoPrintFile": {
  "type": "object",
  "properties": {
    "name": {"type": "string"},
    "display": {"type": "string"},
    "path": {"type": "string"},
    "origin": {"const": "local"},
    "type": {"const": "machinecode"},
    "typePath": {"type": "array", "items": {"type": "string"}},
    "size": {"type": "integer", "description": "Bytes"},
    "date": {"type": "integer", "description": "When it was uploaded, in seconds since 1970"},
    "refs": {"type": "object", "properties": {
      "resource": {"type": "string", "description": "This address"},
      "download": {"type": "string", "description": "Where its content is, for an access token"}
    }}
  }
},
"OctoPrintUploaded": {
  "type": "object",
  "properties": {
    "files": {"type": "object", "properties": {"local": {"type": "object", "properties": {
      "name": {"type": "string"},
      "display": {"type": "string"},
      "path": {"type": "string"},
      "origin": {"const": "local"}
    }}}},
    "done": {"type": "boolean"},
    "effectiveSelect": {"type": "boolean"},
    "effectivePrint": {"type": "boolean", "description": "Whether the print was started"}
  }
},
"OctoPrintConnectionCommand": {
  "type": "object",
  "properties": {"command": {"enum": ["connect", "disconnect"]}}
},
"OctoPrintJobCommand": {
  "type": "object",
  "properties": {
    "command": {"enum": ["start", "cancel", "pause"]},
    "action": {
      "enum": ["pause", "resume", "toggle", null],
      "default": "toggle",
      "description": "Of pause; start and cancel ignore it, whatever it is"
    }
  },
  "required": ["command"]
},
"OctoPrintUpload": {
  "type": "object",
  "properties": {
    "file": {"type": "string", "format": "binary", "description": "Its name ends in .gco, .gcode, .g, .bgcode or .gcode.3mf"},
    "path": {"type": "string", "description": "Folder inside the store, with or without / in front", "maxLength": 1024},
    "print": {
      "type": "string",
      "pattern": "^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[Yy]([Ee][Ss])?|[Nn][Oo]?|[Oo][Nn]|[Oo][Ff][Ff]|1|0|)$",
      "description": "true, yes, y, on or 1 starts the print on the printer in the address; false, no, n, off, 0 or nothing does not"
    }
  },
  "required": ["file"]
},
"OctoPrintFileCommand": {
  "type": "object",
  "properties": {
    "command": {"enum": ["select"]},
    "print": {"type": ["boolean", "null"]}
  },
  "required": ["command"]
}
})json";

}  // namespace

boost::json::object schemas() {
    return api::parse_schemas(kSchemas);
}

}  // namespace karmen::emulator
