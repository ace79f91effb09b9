{
  "target_defaults": {
    "include_dirs": ["native", "payload"],
    "cflags": ["-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers"],
    "cflags_cc!": ["-fno-exceptions", "-fno-rtti", "-std=gnu++17", "-std=gnu++20"],
    "cflags_cc": ["-std=c++20", "-fexceptions", "-O2", "-march=x86-64-v2"]
  },
  "targets": [
    {
      "target_name": "trampoline",
      "type": "static_library",
      "sources": ["payload/trampoline.c"],
      "cflags": [
        "-O2", "-fPIC", "-ffreestanding", "-fno-stack-protector", "-fno-jump-tables", "-fcf-protection=none",
        "-mgeneral-regs-only", "-fno-toplevel-reorder", "-fno-asynchronous-unwind-tables", "-fno-lto"
      ]
    },
    {
      "target_name": "walker",
      "type": "static_library",
      "actions": [
        {
          "action_name": "build_walker",
          "inputs": [
            "scripts/build-walker.mjs", "payload/protocol.h", "<!@(node scripts/native-sources.mjs --walker)"
          ],
          "outputs": ["<(SHARED_INTERMEDIATE_DIR)/walker/walker.S"],
          "action": ["node", "scripts/build-walker.mjs", "<(SHARED_INTERMEDIATE_DIR)/walker"],
          "process_outputs_as_sources": 1
        }
      ]
    },
    {
      "target_name": "heapdump",
      "dependencies": ["trampoline", "walker"],
      "sources": ["<!@(node scripts/native-sources.mjs support process tracee python capture dump index heap binding)"],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": ["NAPI_VERSION=9", "NAPI_CPP_EXCEPTIONS", "NODE_ADDON_API_DISABLE_DEPRECATED"]
    },
    {
      "target_name": "heapdump_sqlite",
      "sources": ["<!@(node scripts/native-sources.mjs dump index heap analysis sqlite)"],
      "include_dirs": ["node_modules/better-sqlite3/deps/sqlite3"]
    }
  ]
}
