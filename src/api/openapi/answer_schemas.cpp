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
"GcodeAnalysisFailure": {
  "type": "object",
  "description": "Why there are no facts: a binary file or an archive that is damaged or not sliced, or a file that is gone",
  "properties": {"error": {"type": "string"}}
},
"StartedPrintJob": {
  "type": "object",
  "properties": {
    "id": {"type": "integer"},
    "user_uuid": {"type": "string", "format": "uuid"}
  }
},
"Started": {
  "type": "object",
  "properties": {"id": {"type": "string", "format": "uuid"}}
},
"Setting": {
  "type": "object",
  "properties": {
    "key": {"type": "string"},
    "val": {"type": ["string", "number", "boolean", "null"], "description": "Texts that read as numbers or booleans come back as such"}
  }
},
"Settings": {"type": "array", "items": {"$ref": "#/components/schemas/Setting"}},
"File": {"type": "string", "format": "binary"},
"EventStream": {"type": "string"},
"Document": {"type": "object", "description": "OpenAPI 3.1"}
})json";
}

}  // namespace karmen::api
