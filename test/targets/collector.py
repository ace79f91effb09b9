"""Sets the collector as it is told: "set SETTING…", of off, threshold, debug, frozen, garbage, callback. It answers with what
`gc` says of it."""
import gc

import harness

SETTINGS = {
    "off": gc.disable,
    "threshold": lambda: gc.set_threshold(50_000, 7, 5),
    "never": lambda: gc.set_threshold(0),
    "debug": lambda: gc.set_debug(gc.DEBUG_UNCOLLECTABLE | gc.DEBUG_SAVEALL),
    "frozen": gc.freeze,
    "garbage": lambda: gc.garbage.extend([[], {}]),
    "callback": lambda: gc.callbacks.append(lambda phase, info: None),
}

harness.say("ready")
while True:
    line = harness.read_line()
    words = line.split()
    if words[0] != "set":
        harness.answer(line)
        continue
    for word in words[1:]:
        SETTINGS[word]()
    harness.say({
        "enabled": gc.isenabled(),
        "thresholds": gc.get_threshold(),
        "debug": gc.get_debug(),
        "frozen": gc.get_freeze_count(),
        "garbage": len(gc.garbage),
        "callbacks": len(gc.callbacks),
    })
