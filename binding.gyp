{
  "target_defaults": {
    "include_dirs": ["native", "payload"],
    "cflags": ["-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers"],
    "cflags_cc!": ["-fno-exceptions", "-fno-rtti", "-std=gnu++17", "-std=gnu++20"],
    "cflags_cc": ["-std=c++20", "-fexceptions", "-O2", "-march=x86-64-v2"]
  },
  "targets": [
    {
      "target_name": "payload",
      "type": "static_library",
      "actions": [
        {
          "action_name": "build_payload",
          "inputs": ["scripts/build-payload.mjs", "<!@(node scripts/native-sources.mjs --payload)"],
          "outputs": ["<(SHARED_INTERMEDIATE_DIR)/payload/trampoline.s", "<(SHARED_INTERMEDIATE_DIR)/payload/walker.S"],
          "action": ["node", "scripts/build-payload.mjs", "<(SHARED_INTERMEDIATE_DIR)/payload"],
          "process_outputs_as_sources": 1
        }
      ]
    },
    {
      "target_name": "heap",
      "type": "static_library",
      "sources": ["<!@(node scripts/native-sources.mjs support dump index heap)"]
    },
    {
      "target_name": "live",
      "type": "static_library",
      "sources": ["<!@(node scripts/native-sources.mjs --live)"],
      "defines": ["HD_OTHER_PROCESS"],
      "cflags_c": ["-std=gnu11", "-fno-strict-aliasing", "-fvisibility=hidden"]
    },
    {
      "target_name": "heapdump",
      "dependencies": ["payload", "live", "heap"],
      "sources": ["<!@(node scripts/native-sources.mjs process tracee python capture live redaction binding)"],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": ["NAPI_VERSION=9", "NAPI_CPP_EXCEPTIONS", "NODE_ADDON_API_DISABLE_DEPRECATED"]
    },
    {
      "target_name": "heapdump_sqlite",
      "dependencies": ["heap"],
      "sources": ["<!@(node scripts/native-sources.mjs analysis sets sqlite)"],
      "include_dirs": ["<!(node scripts/native-sources.mjs --sqlite)"]
    }
  ]
}
