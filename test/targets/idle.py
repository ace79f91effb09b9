"""A program that waits, with what many import."""
import asyncio  # noqa: F401
import json  # noqa: F401
import logging  # noqa: F401

import harness

harness.say("ready")
while True:
    harness.answer(harness.read_line())
